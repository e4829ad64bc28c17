"""The OpenAPI 3.1 document: ninja's, with what is true of every operation and an example for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel, Field

from wharfinger.base.door import Refused

if TYPE_CHECKING:
    from ninja import NinjaAPI

REFUSALS = {
    401: "Who are you?",
    403: "Not yours to do.",
    404: "Not there, or not visible to you.",
    409: "The rules refuse.",
    412: "Changed since it was read.",
    413: "Too much at once.",
    422: "Cannot be read as what it should be.",
    503: "Too many at once; try again.",
}
WRITES = ("post", "patch", "put", "delete")
DEEPEST = 6
"""How far an example follows a schema that contains itself."""

HEADERS: list[dict[str, Any]] = [
    {
        "in": "header",
        "name": "Idempotency-Key",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        "description": "The same key and body get the same answer; with another body the key is refused.",
    },
    {
        "in": "header",
        "name": "If-Match",
        "required": False,
        "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
        "description": "The ETag of what you read; 412 if it has changed since.",
    },
    {
        "in": "query",
        "name": "dry_run",
        "required": False,
        "schema": {"type": "boolean", "default": False},
        "description": "Answer with the entry that would be posted, and write nothing.",
    },
    {
        "in": "query",
        "name": "closed_reason",
        "required": False,
        "schema": {"type": "string", "maxLength": 1000},
        "description": "Why it is dated into a period that is closed, for who may post there.",
    },
]
FORMATS = {
    "date": "2026-11-30",
    "date-time": "2026-11-30T10:00:00+01:00",
    "email": "ada@example.com",
    "uri": "https://example.com/hook",
}
TYPES: dict[str, Any] = {"string": "text", "integer": 1, "boolean": True, "number": 1, "null": None}


class DryMove(BaseModel):
    """Goods, wishes or bills that would go from one kind of place to another."""

    product: int
    quantity: str
    source: str = Field(alias="from", examples=["bin"])
    target: str = Field(alias="to", examples=["picked"])
    line: int | None
    serial: str | None


class DryPosting(BaseModel):
    """Money that would go from one account to another."""

    source: str = Field(alias="from", examples=["revenue"])
    target: str = Field(alias="to", examples=["receivable"])
    amount: str = Field(examples=["119.00"])
    currency: str = Field(examples=["EUR"])
    home: str = Field(examples=["119.00"], description="The same in home currency.")


class DryChange(BaseModel):
    """A field that would take another value."""

    subject: str = Field(examples=["purchase_order:17"])
    field: str = Field(examples=["freight"])
    old: Any = Field(examples=["12.50"])
    new: Any = Field(examples=["9.00"])
    currency: str | None = Field(examples=["EUR"])


class DryMail(BaseModel):
    """A mail that would be sent."""

    to: list[str] = Field(examples=[["ada@example.com"]])
    subject: str = Field(examples=["SO-17: AP-1040 Access point is to be ordered"])
    body: str
    attachments: list[str] = Field(default=[], examples=[[]])


class DryRun(BaseModel):
    """The entry that would be posted."""

    dry_run: bool
    verb: str = Field(examples=["pick"])
    effective_on: str = Field(examples=["2026-11-30"])
    moves: list[DryMove]
    postings: list[DryPosting]
    documents: list[str] = Field(examples=[["order:17"]])
    changes: list[DryChange]
    mails: list[DryMail]
    document: dict[str, Any]


class Described(OpenAPISchema):
    """Adds refusals, examples, and to writes their headers and the answer of a dry run."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        schemas = self["components"].setdefault("schemas", {})
        for model in (Refused, DryRun):
            made = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="validation")
            schemas.update(made.pop("$defs", {}))
            schemas[model.__name__] = made
        for operations in self["paths"].values():
            for method, operation in operations.items():
                self._complete(method, operation, schemas)

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Keep shapes by name; two shapes of one name would be one in the document."""
        for name, shape in definitions.items():
            assert self.schemas.get(name, shape) == shape, f"two shapes of the API are called {name}"
        super().add_schema_definitions(definitions)

    def _complete(self, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
        responses = operation["responses"]
        for status, words in REFUSALS.items():
            responses.setdefault(status, {"description": words, "content": _json("Refused")})
        good = next(response for status, response in responses.items() if int(status) < 300)
        for media, content in good.get("content", {}).items():
            if media == "application/json":
                content.setdefault("example", example(content["schema"], schemas))
        if method in WRITES:
            operation["parameters"] = [*operation["parameters"], *HEADERS]
            _add_dry_run(responses)
        for content in operation.get("requestBody", {}).get("content", {}).values():
            content.setdefault("example", example(content["schema"], schemas))
        for parameter in operation["parameters"]:
            if parameter["in"] == "path":
                parameter.setdefault("example", example(parameter["schema"], schemas))


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _add_dry_run(responses: dict[Any, Any]) -> None:
    """A dry run answers 200: beside the document where that is the answer of the act too."""
    dry = _json("DryRun")["application/json"]["schema"]
    if 200 not in responses:
        responses[200] = {"description": "The entry that would be posted.", "content": _json("DryRun")}
        return
    real = responses[200].get("content", {}).get("application/json")
    if real is not None:
        real["schema"] = {"anyOf": [real["schema"], dry]}


def example(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> Any:
    """A value of the schema: what its fields name as examples, else something plain."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth + 1)
    for key in ("examples", "example", "const"):
        if key in schema:
            return schema[key][0] if key == "examples" else schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            real = [one for one in schema[key] if one.get("type") != "null"]
            return example(real[0] if depth < DEEPEST and real else {"type": "null"}, schemas, depth + 1)
    kind = schema.get("type")
    if kind == "object":
        return {
            name: example(one, schemas, depth + 1)
            for name, one in schema.get("properties", {}).items()
            if depth < DEEPEST or name in schema.get("required", ())
        }
    if kind == "array":
        return [example(schema["items"], schemas, depth + 1)] if depth < DEEPEST and "items" in schema else []
    return FORMATS.get(schema.get("format", "")) or schema.get("default") or TYPES.get(kind or "")
