"""Discord's own description of its API, to hold requests and answers against."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from urllib.parse import quote

import jsonschema_rs
import pytest

from bot.playground.rest.door import RequestRecord

_NAME = "shared/discord-openapi.json"
DOCUMENT = Path(__file__).parents[3] / _NAME  # beside the checkout
METHODS = frozenset({"get", "post", "put", "patch", "delete"})

needs_document = pytest.mark.skipif(
    not DOCUMENT.exists(),
    reason="Discord's own OpenAPI document is not part of the project: it is looked for beside the "
    f"checkout as {_NAME}, and Discord publishes it as specs/openapi.json at "
    "https://github.com/discord/discord-api-spec",
)


class Document:
    """The OpenAPI document with a validator for each request and answer in it."""

    def __init__(self, path: Path = DOCUMENT) -> None:
        self._document: dict[str, object] = json.loads(path.read_text())
        self._paths = _object(self._document["paths"])
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def complaints_about_answer(self, record: RequestRecord) -> list[str]:
        """What is wrong with a good answer; an undocumented status is wrong too."""
        operation, pointer = self._operation(record)
        responses = _object(operation["responses"])
        status = str(record.status)
        if status not in responses:
            return [f"{record.method} {record.path}: {status} is not documented"]
        if record.answer is None:
            return []
        return self._complaints(record, f"{pointer}/responses/{status}", record.answer)

    def complaints_about_request(self, record: RequestRecord) -> list[str]:
        """What is wrong with a request's JSON body."""
        if record.body is None:
            return []
        _, pointer = self._operation(record)
        return self._complaints(record, f"{pointer}/requestBody", record.body)

    def _complaints(self, record: RequestRecord, pointer: str, value: object) -> list[str]:
        validator = self._validator(f"{pointer}/content/application~1json/schema")
        return [
            f"{record.method} {record.path}: {'/'.join(map(str, error.instance_path))}: "
            f"{error.message[:300]}"
            for error in validator.iter_errors(value)
        ]

    def _validator(self, pointer: str) -> jsonschema_rs.Validator:
        if pointer not in self._validators:
            # A reference is a URI, in which braces must be written otherwise.
            schema = {"$ref": f"#{quote(pointer, safe='/~@')}", **self._document}
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(schema)
        return self._validators[pointer]

    def _operation(self, record: RequestRecord) -> tuple[dict[str, object], str]:
        steps = record.path.split("/")
        for template in sorted(self._paths, key=lambda path: path.count("{")):
            wanted = template.split("/")
            if len(wanted) == len(steps) and all(
                each.startswith("{") or each == step
                for each, step in zip(wanted, steps, strict=True)
            ):
                found = _object(self._paths[template]).get(record.method.lower())
                if found is not None:
                    escaped = template.replace("~", "~0").replace("/", "~1")
                    return _object(found), f"/paths/{escaped}/{record.method.lower()}"
        raise LookupError(f"{record.method} {record.path} is not documented")


@cache
def document() -> Document:
    """The document, read once."""
    return Document()


def _object(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value
