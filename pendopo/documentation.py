"""`/api/`: the API explained to people, written from the same description that machines read at /api/v1/openapi.json."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pendopo.api import CODES, api

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    summary: str
    about: str
    parameters: list[dict[str, Any]]
    answers: list[tuple[str, str]]


def operations() -> list[Operation]:
    """Every operation of the description, in its order."""
    found = []
    for path, item in api.get_openapi_schema()["paths"].items():
        for method in METHODS:
            if method in item:
                told = item[method]
                parameters = [
                    {"name": p["name"], "required": p.get("required", False), "about": p.get("description", "")}
                    for p in told.get("parameters", ())
                ]
                answers = [(str(status), answer["description"]) for status, answer in told.get("responses", {}).items()]
                found.append(Operation(method.upper(), path, told.get("summary", ""), told.get("description", ""), parameters, answers))
    return found


def problems() -> list[tuple[str, str]]:
    """The stable types of refusals and what each asks of the caller."""
    return [
        ("credential", _("Send a valid key (pds_…) or token (pdt_…) as Bearer.")),
        ("no-right", _("The credential is valid, but its agency or posts do not reach this.")),
        ("which-source", _("Several sources fit: name one with ?source=CODE.")),
        ("not-found", _("There is nothing at this address, or no such indicator or region.")),
        ("parameter", _("A parameter is unknown or cannot be read.")),
        ("media-type", _("Send JSON, NDJSON or CSV, as it is or packed with gzip.")),
        ("not-gzip", _("The body is not the gzip it says it is.")),
        ("precision", _("Line protocol: name the precision as ns, us, ms, s, m or h.")),
        ("partial-write", _("Line protocol: some lines were refused and kept; the others are stored.")),
        ("too-large", _("Send the body in parts of at most 32 MiB.")),
        ("no-rows", _("The body holds no row.")),
        ("not-json", _("The body is not JSON.")),
        ("not-observations", _("The JSON has neither of the two shapes described above.")),
        ("columns-differ", _("The columns of a columnar body have different lengths.")),
        ("not-utf8", _("Save the text as UTF-8.")),
        ("not-csv", _("The body is no CSV.")),
        ("no-header", _("The first line of a CSV names its columns.")),
        ("quota", _("The source sent more rows this minute than it may: wait as Retry-After says.")),
        ("unavailable", _("Nothing was stored: send the same again after Retry-After seconds.")),
        ("disk-full", _("The disk is full; the operators must free space. Nothing was stored.")),
        ("conflict", _("Someone was faster, or it is done already.")),
        ("cut-off", _("The connection ended before the body did.")),
        ("failure", _("Something failed on our side and was noted.")),
    ]


def documentation(request: HttpRequest) -> HttpResponse:
    """The page: how to sign in, every operation, every refusal."""
    return render(request, "ui/api.html", {"operations": operations(), "problems": problems(), "codes": CODES})
