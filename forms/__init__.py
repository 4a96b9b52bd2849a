"""A form file (form-js JSON) becomes questions, checks, clean answers and what a page draws. Pure: no I/O, no clock.

`load` is the way in; the `Form` it returns has the whole contract. Conditions are FEEL: the caller gives the evaluator,
so that this room knows no engine.
"""

from __future__ import annotations

from forms.checking import Checked
from forms.components import Choice, Component, Finding, Page
from forms.form import Form, PieceAsked, load
from forms.reading import Row, Section
from forms.schema import FormUnreadable
from forms.views import FieldView, ItemView, PageView

__all__ = [
    "Checked",
    "Choice",
    "Component",
    "FieldView",
    "Finding",
    "Form",
    "FormUnreadable",
    "ItemView",
    "Page",
    "PageView",
    "PieceAsked",
    "Row",
    "Section",
    "load",
]
