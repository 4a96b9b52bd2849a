"""Expressions: they parse, name variables that exist, compare what can be compared, and say yes or no where asked."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from engine.compiling.feel import error_of
from engine.compiling.names import Known, known_names
from engine.compiling.registry import rule
from engine.compiling.slots import Slot, slots
from engine.compiling.typing import clashes, type_of
from engine.compiling.xml import extension, local
from engine.feel import ast, compile_expression
from engine.feel.walk import children, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.compiling.model import Model
    from engine.compiling.xml import Element


@rule(
    "expression-illisible",
    "expression-traduite",
    stage="normal",
    says="Une expression qui n’est ni du FEEL ni traduisible en FEEL (traduite, elle est signalée pour information)",
)
def unreadable(model: Model) -> None:
    """Every expression parses (other languages were translated before)."""
    for slot, text in _texts(model):
        error = error_of(text)
        if error is not None:
            model.say(
                _where(slot),
                "expression-illisible",
                "error",
                f"L’expression «\u00a0{text}\u00a0» ne peut pas être lue\u00a0: {error}.",
                "Corrigez l’expression FEEL.",
            )


@rule(
    "variable-inconnue",
    "champ-inconnu",
    stage="normal",
    says="Une expression qui nomme une variable ou un champ de formulaire que rien ne remplit",
    needs_catalogue=True,
)
def unknown_variable(model: Model) -> None:
    """A variable that nothing fills is null for ever, and the condition silently false."""
    known = known_names(model)
    for slot, text in _texts(model):
        if error_of(text) is not None:
            continue
        expression = compile_expression(text)
        for name in sorted(expression.names):
            if not known.has(name) and name not in _local_names(slot):
                _unknown(model, slot, text, name, known)
        for path in sorted({p for p in _paths(expression.tree) if known.lacks_field(p)}):
            model.say(
                _where(slot),
                "champ-inconnu",
                "error",
                f"«\u00a0{path}\u00a0»\u00a0: le formulaire n’a pas ce champ.",
                f"Champs connus\u00a0: {', '.join(sorted(known.fields[path.partition('.')[0]]))}.",
            )


def _unknown(model: Model, slot: Slot, text: str, name: str, known: Known) -> None:
    near = difflib.get_close_matches(name, known.types, 1)
    model.say(
        _where(slot),
        "variable-inconnue",
        "warning" if known.open_ else "error",
        f"«\u00a0{text}\u00a0» nomme «\u00a0{name}\u00a0», que rien ne remplit.",
        f"Vouliez-vous dire «\u00a0{near[0]}\u00a0»\u00a0?"
        if near
        else "Corrigez le nom, ou remplissez la variable avant.",
    )


@rule(
    "type-incompatible",
    "condition-non-booleenne",
    stage="normal",
    says="Une comparaison de types différents, ou une condition qui ne donne ni vrai ni faux",
    needs_catalogue=True,
)
def wrong_types(model: Model) -> None:
    """What compares a date to a text is never true."""
    known = known_names(model)
    for slot, text in _texts(model):
        if error_of(text) is not None:
            continue
        tree = compile_expression(text).tree
        for clash in clashes(tree, known.type_of, children):
            model.say(
                _where(slot),
                "type-incompatible",
                "error",
                f"Dans «\u00a0{text}\u00a0», {clash}\u00a0: ce ne sera jamais vrai.",
                "Comparez deux valeurs du même type.",
            )
        kind = type_of(tree, known.type_of)
        if slot.kind in {"condition", "completion"} and kind not in {"any", "boolean"}:
            model.say(
                _where(slot),
                "condition-non-booleenne",
                "error",
                f"«\u00a0{text}\u00a0» donne «\u00a0{kind}\u00a0»\u00a0: une condition donne vrai ou faux.",
                "Comparez la valeur à une autre.",
            )


def _texts(model: Model) -> Iterator[tuple[Slot, str]]:
    for slot in slots(model):
        text = slot.feel
        if text:
            yield slot, text


def _where(slot: Slot) -> Element:
    return slot.owner if slot.attribute is not None else slot.holder


def _local_names(slot: Slot) -> set[str]:
    """Names that the place itself gives: the answer of an action, the payload of a message."""
    if slot.kind != "value" or local(slot.holder) != "sortie":
        return set()
    return {"resultat"} if extension(slot.owner, "action") is not None else set()


def _paths(tree: ast.Node) -> Iterator[str]:
    """The longest chains of names in an expression."""
    todo = [tree]
    while todo:
        node = todo.pop()
        path = path_of(node)
        if path:
            yield path
        elif not isinstance(node, ast.Filter):
            todo.extend(children(node))
        else:
            todo.append(node.base)
