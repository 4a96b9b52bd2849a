"""Bringing every expression of a model to FEEL, whatever language its modeler wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.compiling.feel import error_of
from engine.compiling.feel_functions import plain, unknown_function
from engine.compiling.juel import NotTranslatable, is_marked, is_python, translate
from engine.compiling.slots import Slot, slots
from engine.compiling.xml import extension

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.compiling.model import Model
    from engine.compiling.xml import Element


_TEXTS: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_QUOTED: Final = re.compile(r"""["']([PR\d][^"']*)["']""")


def to_feel(model: Model, *, clear: bool = True, only: Callable[[Element], bool] | None = None) -> None:
    """Write each expression as FEEL: bare where only FEEL may stand, after `=` where literals may.

    What cannot be read is told, and emptied if `clear` so that it is told once. `only`: whether those about this
    element are to be written.
    """
    for slot in list(slots(model)):
        text = slot.text
        if text and (only is None or only(_place(slot))):
            _one(model, slot, text, clear)


def _place(slot: Slot) -> Element:
    """The element that findings about a slot are about."""
    return slot.holder if slot.attribute is None else slot.owner


def _one(model: Model, slot: Slot, text: str, clear: bool) -> None:
    if text.startswith("="):
        _feel(model, slot, text[1:].strip(), clear)
        return
    if model.foreign and slot.kind == "timer" and (quoted := _QUOTED.fullmatch(text)) is not None:
        slot.write(quoted[1])  # Spiff writes its timers as texts of Python
        return
    foreign = model.foreign and slot.bare and (is_python(_TEXTS.sub("", text)) or _is_none_of_ours(text))
    if not (is_marked(text) or foreign) and (not slot.bare or error_of(text) is None):
        return
    try:
        feel = translate(text)
    except NotTranslatable as error:
        feel = _words_of_people(text) if model.foreign and slot.bare else ""
        if feel:
            slot.write(feel)
            return
        # What another engine's service hands in or brings back is nothing where the service does nothing.
        if not (model.foreign and slot.kind == "value" and extension(slot.owner, "neutre") is not None):
            _say(model, slot, text, error.reason if is_marked(text) else "")
        if clear:
            slot.write("null" if slot.bare else "=null")
        return
    slot.write(feel if slot.bare else f"={feel}")
    if not model.foreign:
        model.say(
            _place(slot),
            "expression-traduite",
            "info",
            f"«\u00a0{text}\u00a0» n’est pas du FEEL\u00a0; le moteur évalue «\u00a0{feel}\u00a0».",
            f"Écrivez «\u00a0{feel if slot.bare else '=' + feel}\u00a0».",
            automatic=True,
        )


def _words_of_people(text: str) -> str:
    """A condition over names with spaces, with the signs of programs: FEEL but for these; empty when it is not."""
    feel = text.replace("==", "=").replace("'", '"')
    return feel if feel != text and error_of(feel) is None and not _is_none_of_ours(feel) else ""


def _feel(model: Model, slot: Slot, text: str, clear: bool) -> None:
    """FEEL after `=`: of Camunda 8, where the model is another engine's."""
    if model.foreign and clear:
        text = plain(text)
        if unknown := unknown_function(text):
            _say(model, slot, text, f"la fonction «\u00a0{unknown}\u00a0» n’existe pas")
            text = "null"
        slot.write(f"={text}")
    if slot.bare:
        slot.write(text)


def _is_none_of_ours(text: str) -> bool:
    """Whether a text that FEEL would read says something else: a function that it has not, a division of Python."""
    return bool(unknown_function(text)) or "//" in _TEXTS.sub("", text)


def _say(model: Model, slot: Slot, text: str, reason: str) -> None:
    """Tell why an expression cannot be read."""
    why = reason or error_of(text) or "elle n’est pas comprise"
    model.say(
        _place(slot),
        "expression-illisible",
        "error",
        f"L’expression «\u00a0{text}\u00a0» ne peut pas être lue\u00a0: {why}.",
        "Écrivez-la en FEEL, par exemple «\u00a0dossier.montant > 100\u00a0».",
    )
