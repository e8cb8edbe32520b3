"""CKAN's Action API (version 3), as far as harvesters read: /api/3/action/…"""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pendopo.ui.strangers import too_often

from . import ckan
from .reading import dataset, datasets
from .views import CALLS_AN_HOUR

Parameters = dict[str, str]
MOST_BODY = 64 * 1024


class Wrong(Exception):
    """A call that cannot be answered: CKAN's status, its name for it, and the fields."""

    def __init__(self, status: int, kind: str, **fields: Any) -> None:
        super().__init__(kind)
        self.status, self.body = status, {"__type": kind, **fields}


def _number(given: Parameters, name: str, default: int) -> int:
    text = str(given.get(name, "") or default)
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Wrong(409, "Validation Error", **{name: ["Must be a natural number"]})
    return int(text)


def package_list(given: Parameters) -> list[str]:
    """The names of all datasets, in order; `limit` and `offset`."""
    names = sorted(one.slug for one in datasets())
    offset = _number(given, "offset", 0)
    return names[offset : offset + _number(given, "limit", len(names))]


def package_show(given: Parameters) -> dict[str, Any]:
    """One dataset by `id`: its name, its indicator's code, or its CKAN id."""
    name = str(given.get("id") or given.get("name_or_id") or "")
    if not name:
        raise Wrong(409, "Validation Error", id=["Missing value"])
    found = dataset(name) or next((one for one in datasets() if ckan.stable_id("dataset", one.code) == name), None)
    if found is None:
        raise Wrong(404, "Not Found Error", message="Not found")
    return ckan.package(found)


def package_search(given: Parameters) -> dict[str, Any]:
    """Datasets by words (`q`), filters (`fq`) and order (`sort`), page by page (`start`, `rows`)."""
    start, rows = _number(given, "start", 0), min(_number(given, "rows", ckan.FEW_ROWS), ckan.MOST_ROWS)
    packages = [ckan.package(one) for one in datasets()]
    sort = str(given.get("sort") or "metadata_modified desc")
    return ckan.search(packages, q=str(given.get("q", ""))[:500], fq=str(given.get("fq", ""))[:500], sort=sort, start=start, rows=rows)


def organization_list(given: Parameters) -> list[Any]:
    """The agencies that publish; with `all_fields=true` as objects."""
    agencies = {agency.code: agency for one in datasets() for agency in one.publishers}
    found = [ckan.organisation(code, agencies[code].name) for code in sorted(agencies)]
    return found if str(given.get("all_fields", "")).lower() == "true" else [one["name"] for one in found]


def status_show(given: Parameters) -> dict[str, Any]:
    """What a harvester asks first."""
    return {"ckan_version": "2.10.0", "site_title": "Pendopo", "extensions": [], "locale_default": "id"}


ACTIONS: dict[str, Callable[[Parameters], Any]] = {
    "package_list": package_list,
    "package_show": package_show,
    "package_search": package_search,
    "organization_list": organization_list,
    "status_show": status_show,
}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, name: str) -> HttpResponse:
    """One call, in CKAN's envelope: `{"help", "success", "result" or "error"}`."""
    if refused := too_often(request, "catalogue", CALLS_AN_HOUR):
        return refused
    place = request.build_absolute_uri(request.path)
    body: dict[str, Any] = {"help": place}
    status = 200
    try:
        call = ACTIONS.get(name)
        if call is None:
            raise Wrong(404, "Not Found Error", message=f"Action name not known: {name[:60]}")
        body |= {"success": True, "result": call(_parameters(request))}
    except Wrong as wrong:
        status = wrong.status
        body |= {"success": False, "error": wrong.body}
    answer = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _parameters(request: HttpRequest) -> Parameters:
    given: dict[str, Any] = request.GET.dict()
    if request.method == "POST" and request.content_type == "application/json":
        try:
            read = json.loads(request.read(MOST_BODY) or b"{}")
        except ValueError:
            raise Wrong(400, "Bad request", message="The body is not JSON") from None
        if not isinstance(read, dict):
            raise Wrong(400, "Bad request", message="The body is not a JSON object")
        given |= read
    elif request.method == "POST":
        given |= request.POST.dict()
    return {name: str(value) for name, value in given.items()}
