"""FEEL's built-in functions, one module a subject. Importing this package fills the table."""

from engine.feel.builtins import (
    context,
    conversion,
    list,
    number,
    range,
    statistics,
    string,
    temporal,
    working_days,
)
from engine.feel.builtins.table import BUILTINS, builtin_names

__all__ = [
    "BUILTINS",
    "builtin_names",
    "context",
    "conversion",
    "list",
    "number",
    "range",
    "statistics",
    "string",
    "temporal",
    "working_days",
]
