"""Who calls the API in these tests: a token, JSON both ways, and the whole story told by HTTP alone."""

from __future__ import annotations

import io
import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.town import PASSWORD, PDF, PIECES, TSE, demande, login_of

PREFIX = "/api/v1"


class Caller:
    """One account's calls; `None` calls without a token."""

    def __init__(self, app: Flask, name: str | None = None, scopes: list[str] | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers: dict[str, str] = {}
        self.name, self.scopes = name, scopes
        if name is not None:
            self.sign_in()

    def sign_in(self) -> None:
        """Ask for a new token."""
        told: dict[str, Any] = {"login": login_of(self.name or ""), "password": PASSWORD}
        if self.scopes is not None:
            told["scopes"] = self.scopes
        self.headers["Authorization"] = f"Bearer {self.post('/auth/token', told).json['token']}"

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(PREFIX + path, headers=self.headers, query_string=query)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> TestResponse:
        sent = {**self.headers, **headers, **({"Idempotency-Key": key} if key else {})}
        return self.client.post(PREFIX + path, headers=sent, json={} if body is None else body)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(PREFIX + path, headers=self.headers)

    def upload(self, content: bytes = PDF, name: str = "piece.pdf", *, key: str | None = None) -> TestResponse:
        sent = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name)})
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post(PREFIX + "/documents", headers=sent, data=body, content_type=kind)

    def filing(self, service_id: uuid.UUID | None = None, **answers: Any) -> dict[str, Any]:
        """The body of a filing whose documents are sent."""
        return {
            "demarche": TSE,
            "answers": demande(**answers),
            "documents": {code: [self.upload().json["id"]] for code in PIECES},
            **({"service_id": str(service_id)} if service_id else {"prefecture": "94"}),
        }

    def file(self, **answers: Any) -> str:
        """File a dossier; returns its number."""
        response = self.post("/dossiers", self.filing(**answers))
        assert response.status_code == 201, response.json
        number: str = response.json["number"]
        return number

    def task(self, number: str, element: str) -> str:
        """The id of the open task of that element."""
        tasks = self.get("/tasks", number=number).json["items"]
        return next(one["id"] for one in tasks if one["element"] == element)

    def complete(self, number: str, element: str, answers: dict[str, Any]) -> TestResponse:
        """Complete the open task of that element."""
        return self.post(f"/tasks/{self.task(number, element)}/complete", {"answers": answers})


JUDGED = {code: {"etat": "valide"} for code in PIECES}
COMPLETE = {"conclusion": "complet", "pieces": JUDGED}
INVITE = {"venue": "convoquer", "originaux": ["passeport"]}
GRANTED = {"sens": "accepter", "titre": {"nature": "meme", "debut": "2027-03-01", "fin": "2028-02-29"}}
HANDED = {"issue": "remis", "timbre": "1" * 16, "taxes_verifiees": True, "information_signee": True}
