"""The whole compiler: the rules of `compiler.py` with those of the modules that it does not know."""

from __future__ import annotations

from collections.abc import Mapping

from engine.feel import compiler_calls, compiler_loops, compiler_tests, types
from engine.feel.compiler import Compiler

# Importing them enters their rules in the compiler's table.
PARTS = (compiler_calls, compiler_loops, compiler_tests)


def full_compiler(named_types: Mapping[str, types.Type] | None = None) -> Compiler:
    """A compiler that knows every form of the language, and these types by name."""
    return Compiler(named_types)
