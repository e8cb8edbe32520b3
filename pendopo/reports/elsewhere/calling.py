"""The calls to another Open311 server: only addresses outside, one deadline, and whatever it answers is read with care."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from django.utils.translation import gettext as _

from pendopo import __version__
from pendopo.notify.outside import Inside, check
from pendopo.notify.sealing import unseal

from ..models import Forwarded, Server

DEADLINE_S = 10.0
LARGEST = 1_000_000
MOST_SERVICES = 500


class Unheard(Exception):
    """The other server did not take it; the text says why. `unsure`: it may have."""

    def __init__(self, why: str, *, unsure: bool = False) -> None:
        super().__init__(why[:300])
        self.unsure = unsure


def _ask(server: Server, path: str, given: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The list that the server answers; `given` is posted. Raises Unheard."""
    url = f"{server.url.rstrip('/')}/{path}.json"
    query = {"jurisdiction_id": server.jurisdiction} if server.jurisdiction else {}
    try:
        parts, address = check(url)
    except (Inside, OSError) as why:
        raise Unheard(str(why)) from why
    host = f"[{address}]" if ":" in address else address
    place = f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}"
    headers = {"host": parts.netloc, "user-agent": f"pendopo/{__version__}", "accept": "application/json"}
    extra = {"sni_hostname": parts.hostname}
    try:
        with httpx.Client(timeout=DEADLINE_S, trust_env=False, follow_redirects=False) as client:
            if given is None:
                answer = client.get(place, params=query, headers=headers, extensions=extra)
            else:
                answer = client.post(place, data={**query, **given}, headers=headers, extensions=extra)
    except httpx.ConnectError as problem:
        raise Unheard(str(problem) or type(problem).__name__) from problem
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise Unheard(str(problem) or type(problem).__name__, unsure=given is not None) from problem
    return _read(answer, posted=given is not None)


def _read(answer: httpx.Response, *, posted: bool) -> list[dict[str, Any]]:
    try:
        body: Any = msgspec.json.decode(answer.content[:LARGEST])
    except msgspec.DecodeError:
        body = None
    items = [item for item in body if isinstance(item, dict)] if isinstance(body, list) else []
    if not answer.is_success:
        said = str(items[0].get("description", "")) if items else ""
        raise Unheard(f"HTTP {answer.status_code} {said}".strip(), unsure=posted and answer.status_code >= 500)
    if body is None or not isinstance(body, list):
        raise Unheard(_("The answer is no list in JSON: is this the address of a GeoReport v2 server?"), unsure=posted)
    return items


def services(server: Server) -> list[dict[str, str]]:
    """What the server takes."""
    found = [
        {"code": str(item["service_code"])[:100], "name": str(item.get("service_name") or item["service_code"])[:200]}
        for item in _ask(server, "services")
        if item.get("service_code") not in (None, "")
    ]
    return found[:MOST_SERVICES]


def post(one: Forwarded) -> tuple[str, str]:
    """Sends a report without anything of its reporter; answers the other side's number and token, one of which may be ''."""
    report = one.report
    place = ", ".join(part for part in (report.public_place, report.region.name) if part)
    given = {
        "service_code": one.service,
        "description": f"{report.public_text}\n\n({report.number})",
        "address_string": place,
        "address_id": report.region_id,
    }
    if report.latitude is not None and report.longitude is not None:
        given |= {"lat": str(report.latitude), "long": str(report.longitude)}
    key = unseal(one.server.key) if one.server.key else None
    if key:
        given["api_key"] = key
    items = _ask(one.server, "requests", given)
    number, token = (_word(items, name) for name in ("service_request_id", "token"))
    if not number and not token:
        raise Unheard(_("The answer has neither a number nor a token."), unsure=True)
    return number, token


def number_of(one: Forwarded) -> str:
    """The number that belongs to a token; '' while there is none."""
    return _word(_ask(one.server, f"tokens/{quote(one.token, safe='')}"), "service_request_id")


def state_of(one: Forwarded) -> tuple[str, str]:
    """How it stands there: open or closed ('' when it says neither), and its notes."""
    items = _ask(one.server, f"requests/{quote(one.outside_id, safe='')}")
    word = _word(items, "status").lower()
    return (word if word in ("open", "closed") else ""), _word(items, "status_notes", 1000)


def _word(items: list[dict[str, Any]], name: str, most: int = 100) -> str:
    value = items[0].get(name) if items else None
    return "" if value is None else str(value).replace("\x00", "").strip()[:most]
