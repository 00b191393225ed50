"""The OpenAPI file as a judge of real answers."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_URI = "urn:cellorder-openapi"
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")


def document() -> dict[str, Any]:
    text = resources.files("jupyter_cellorder.server").joinpath("openapi.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def operations() -> set[tuple[str, str]]:
    """(METHOD, path) of everything that the file describes."""
    return {
        (method.upper(), path)
        for path, item in document()["paths"].items()
        for method in item
        if method in METHODS
    }


def check_schema(name: str, value: object) -> None:
    """Raise `jsonschema.ValidationError` where `value` is not of the named schema."""
    _validator(f"/components/schemas/{name}").validate(value)


def check_answer(method: str, path: str, status: int, body: object) -> None:
    """Raise unless the file documents this status here and `body` has its schema."""
    responses = document()["paths"][path][method.lower()]["responses"]
    if str(status) not in responses:
        raise AssertionError(f"{method} {path} answered {status}, which is not documented")
    response = responses[str(status)]
    if "$ref" in response:
        response = document()["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
    reference = response["content"]["application/json"]["schema"]["$ref"]
    _validator(reference.removeprefix("#")).validate(body)


def _validator(pointer: str) -> Draft202012Validator:
    registry = Registry().with_resource(_URI, DRAFT202012.create_resource(document()))
    return Draft202012Validator({"$ref": f"{_URI}#{pointer}"}, registry=registry)
