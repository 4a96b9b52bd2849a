"""The API describes itself: OpenAPI 3.1, a page, and nothing that the description forgets."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.api.caller import PREFIX, Caller
from tests.town import Town

Call = Callable[..., Caller]


@pytest.fixture
def spec(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = call().get("/openapi.json").json
    return found


def test_the_description_is_valid_openapi(spec: dict[str, Any]) -> None:
    assert spec["openapi"] == "3.1.0"
    validate(spec)


def test_every_route_of_the_api_is_described(town: Town, spec: dict[str, Any]) -> None:
    described = {
        (path, method.upper())
        for path, operations in spec["paths"].items()
        for method in operations
        if method in {"get", "post", "put", "delete"}
    }
    served = {
        (re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule), method)
        for rule in town.app.url_map.iter_rules()
        if rule.rule.startswith(PREFIX) and not rule.endpoint.startswith("api-description")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == served


def test_every_post_takes_a_key_and_every_error_is_a_problem(spec: dict[str, Any]) -> None:
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if method == "post":
                assert {"$ref": "#/components/parameters/Idempotency-Key"} in operation["parameters"], path
            if method in {"get", "post", "delete"}:
                assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}, path
    assert set(spec["components"]["responses"]["DEFAULT_ERROR"]["content"]) == {"application/problem+json"}


def test_the_page_shows_every_operation(spec: dict[str, Any], call: Call) -> None:
    page = call().get("/docs")
    assert page.status_code == 200
    for path in spec["paths"]:
        assert path in page.text
