"""Bodies on the wire, held against `wire.schema.json` on the way in and on the way out."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

SCHEMA = Path(__file__).with_name("wire.schema.json")


class BadBody(Exception):
    """The body does not fit the schema; the message says where."""


def check(body: Any, kind: str) -> None:
    """Raise BadBody unless body is a `kind`: a name under the schema's definitions."""
    error = jsonschema.exceptions.best_match(_validator(kind).iter_errors(body))
    if error is not None:
        where = "/".join(str(step) for step in error.absolute_path) or "body"
        raise BadBody(f"{where}: {error.message}")


@cache
def _validator(kind: str) -> jsonschema.Draft7Validator:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    return jsonschema.Draft7Validator({**schema, "$ref": f"#/definitions/{kind}"})
