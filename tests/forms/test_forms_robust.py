"""Whatever is thrown at a form, it answers with findings or errors, never with an exception."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import forms
from tests.forms.samples import field, form, values

SCALARS = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | st.text(max_size=12)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner), max_leaves=12
)
KEYS = [
    "nom",
    "loyer",
    "jour",
    "heure",
    "moment",
    "accord",
    "situation",
    "langues",
    "bail",
    "adresse",
    "enfants",
    "typename",
]
ANSWERS = st.dictionaries(
    st.sampled_from(KEYS),
    JSON
    | st.fixed_dictionaries({"ville": JSON})
    | st.lists(st.fixed_dictionaries({"prenom": JSON}), max_size=3)
    | st.fixed_dictionaries({"jour": JSON, "mois": JSON, "annee": JSON})
    | st.fixed_dictionaries({"date": JSON, "heure": JSON}),
)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = ["key", "path", "label", "validate", "values", "properties", "conditional", "components", "ref", "subtype"]
NAMES += ["defaultRepetitions", "appearance", "decimalDigits", "description", "defaultValue", "text"]
COMPONENT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["textfield", "number", "datetime", "radio", "checklist", "group", "dynamiclist", "bloc", "x"]
        )
    },
    optional=dict.fromkeys(NAMES, JSON),
)


def whole() -> forms.Form:
    return form(
        field("textfield", "nom", required=True),
        field("number", "loyer"),
        field("datetime", "jour", subtype="date", properties={"format": "date_passee"}),
        field("datetime", "heure", subtype="time"),
        field("datetime", "moment", subtype="datetime"),
        field("checkbox", "accord"),
        field("radio", "situation", values=values("marie", "seul")),
        field("checklist", "langues", values=values("fr", "ar")),
        field("filepicker", "bail"),
        {"type": "group", "path": "adresse", "label": "A", "components": [field("textfield", "ville")]},
        {
            "type": "dynamiclist",
            "path": "enfants",
            "label": "E",
            "components": [field("textfield", "prenom", required=True)],
        },
    )


@QUICK
@given(answers=ANSWERS)
def test_any_answers_are_checked_drawn_and_read_back(answers: dict[str, Any]) -> None:
    one = whole()
    checked = one.check(answers)
    assert isinstance(checked.errors, dict)
    partial = one.check(answers, page=1)
    one.view(answers, partial.errors, 1)
    one.view(checked.answers, {}, 1)
    one.read_back(answers)
    one.merge(answers, {"nom": "x"}, 1)
    if checked.valid:
        assert one.check(checked.answers) == checked


@QUICK
@given(
    data=st.dictionaries(
        st.sampled_from([*KEYS, "jour-jour", "enfants.0.prenom", "enfants.99999", "_ajouter"]), st.text(max_size=9)
    )
)
def test_any_posted_page_is_read(data: dict[str, str]) -> None:
    one = whole()
    raw = one.parse_html(data)
    one.view(raw, one.check(raw).errors, 1)


@QUICK
@given(
    components=st.lists(COMPONENT, max_size=4),
    rest=st.dictionaries(st.sampled_from(["id", "title", "properties"]), JSON),
)
def test_any_json_is_a_form_with_findings_or_no_form(components: list[Any], rest: dict[str, Any]) -> None:
    try:
        one = forms.load(orjson.dumps({"components": components, **rest}), evaluate=lambda variables: lambda text: None)
    except forms.FormUnreadable:
        return
    one.describe()
    one.findings()
    assert one.fields is not None
    one.view({}, {}, 1)
    one.check({})
