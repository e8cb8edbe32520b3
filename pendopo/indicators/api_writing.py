"""How POST /api/v1/observations describes itself in OpenAPI (the route is `ingest.py`, outside the API library)."""

from typing import Any

NUMBER_OR_NULL = {"type": ["number", "null"], "description": "Null is a retraction and needs a note."}

OBSERVATION = {
    "type": "object",
    "required": ["indicator", "region", "at", "value"],
    "additionalProperties": False,
    "properties": {
        "indicator": {"type": "string"},
        "region": {"type": "string", "description": "Kemendagri code with dots"},
        "at": {"type": "string", "description": "RFC 3339 with an offset, or a date for daily and longer cadence"},
        "value": NUMBER_OR_NULL,
        "quality": {"type": ["string", "null"], "enum": ["ok", "provisional", "suspect", None]},
        "note": {"type": ["string", "null"]},
        "dims": {"type": ["object", "null"], "additionalProperties": {"type": ["string", "number"]}},
    },
}

COLUMNS = {
    "type": "object",
    "required": ["series", "index", "at", "value"],
    "additionalProperties": False,
    "properties": {
        "series": {"type": "array", "items": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}},
        "index": {"type": "array", "items": {"type": "integer"}},
        "at": {"type": "array", "items": {"type": "string"}},
        "value": {"type": "array", "items": NUMBER_OR_NULL},
    },
}

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}

COUNT = {"type": "integer", "minimum": 0}

RECEIPT = {
    "type": "object",
    "required": ["delivery", "accepted", "flagged", "quarantined", "rejected", "duplicates", "problems"],
    "properties": {
        "delivery": {"type": "integer"},
        "accepted": COUNT,
        "flagged": COUNT,
        "quarantined": COUNT,
        "rejected": COUNT,
        "duplicates": COUNT,
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["row", "field", "code", "message"],
                "properties": {
                    "row": {"type": "integer", "minimum": 1},
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "problems_omitted": COUNT,
    },
}

REFUSALS = {
    401: "No valid key or token",
    403: "Too little right",
    413: "Over 32 MiB",
    415: "Another media type",
    422: "Not what it says it is, or no row",
    429: "Over the source's quota",
    503: "Cannot be made durable now; nothing was stored",
}

WRITING: dict[str, Any] = {
    "operationId": "write_observations",
    "tags": ["figures"],
    "summary": "Send figures",
    "description": "Answers after commit. Every row gets a verdict; the five counts sum to the rows sent.",
    "security": [{"bearer": []}],
    "parameters": [
        {"name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string"}},
        {"name": "source", "in": "query", "required": False, "schema": {"type": "string"}, "description": "For a person's token"},
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        {
                            "type": "object",
                            "required": ["observations"],
                            "additionalProperties": False,
                            "properties": {"observations": {"type": "array", "items": OBSERVATION, "minItems": 1}},
                        },
                        COLUMNS,
                    ]
                }
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    },
    "responses": {
        201: {"description": "Stored, with the verdict on every row", "content": {"application/json": {"schema": RECEIPT}}},
        **{
            status: {"description": text, "content": {"application/problem+json": {"schema": PROBLEM}}} for status, text in REFUSALS.items()
        },
    },
}
