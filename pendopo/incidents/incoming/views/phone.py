"""The field page of a phone: it opens without a line, keeps reports and pictures on the phone, and sends them when there is one."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.ui import built
from pendopo.ui.door import opens

from .. import actions
from ..actions import Said
from ..forms import FieldReportForm
from ..models import Record, Way

WORKER = """// Keeps the field page on the phone, so that it opens without a line.
const KEPT = "pendopo-field-%(version)s";
const FILES = %(files)s;
const keep = async () => { await (await caches.open(KEPT)).addAll(FILES); await self.skipWaiting(); };
const tidy = async () => {
  for (const name of await caches.keys()) if (name.startsWith("pendopo-field-") && name !== KEPT) await caches.delete(name);
  await self.clients.claim();
};
const answer = async (request) => {
  try {
    const found = await fetch(request);
    if (found.ok && !found.redirected) await (await caches.open(KEPT)).put(request, found.clone());
    return found;
  } catch {
    return (await caches.match(request, { ignoreSearch: true })) ?? Response.error();
  }
};
self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && FILES.includes(new URL(request.url).pathname)) event.respondWith(answer(request));
});
"""


@require_safe
@opens("incidents.write")
def page(request: PersonRequest) -> HttpResponse:
    """The field page, and what this person has sent last."""
    mine = Record.objects.filter(by=request.user, way=Way.FIELD).select_related("region").prefetch_related("photos")[:10]
    return render(request, "incidents/incoming/field.html", {"mine": mine})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the field page; its files carry a hash in their names, so that a new version replaces the old one."""
    files = ["/field", *(built.url_of(name) for name in ("pendopo.css", "console.js", "field.js"))]
    script = WORKER % {"version": files[-1].rsplit("-", 1)[-1].partition(".")[0], "files": str(files).replace("'", '"')}
    answer = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/field"
    answer["Cache-Control"] = "no-cache"
    return answer


@require_POST
@opens("incidents.write")
def take(request: PersonRequest) -> HttpResponse:
    """One report of a phone with its pictures. The same `key` again is the same report: 200 instead of 201, nothing twice."""
    form = FieldReportForm(request.POST)
    if not form.is_valid():
        name, words = next(iter(form.errors.items()))
        return _refused(f"{name}: {' '.join(str(word) for word in words)}")
    given = form.cleaned_data
    said = Said(
        text=given["text"],
        way=Way.FIELD,
        caller=request.user.name,
        place=given["place"],
        latitude=given["latitude"],
        longitude=given["longitude"],
        said=given["said"],
        sent=given["sent"],
        key=f"field {given['key']}",
        exercise=given["exercise"],
    )
    try:
        made, new = actions.take(said=said, by=request.user, photos=[file.read() for file in request.FILES.getlist("photo")])
    except Refused as why:
        return _refused(str(why))
    region = made.region.name if made.region else ""
    facts = {"record": made.pk, "at": made.at.astimezone(UTC).isoformat(), "region": region, "photos": made.photos.count(), "now": _now()}
    return JsonResponse(facts, status=201 if new else 200)


def _now() -> str:
    now: datetime = timezone.now()
    return now.astimezone(UTC).isoformat()


def _refused(why: str) -> JsonResponse:
    """RFC 9457; the phone keeps the report and shows the sentence."""
    body = {"type": "/problems/field-report", "title": _("The report cannot be taken"), "status": 422, "detail": why}
    return JsonResponse(body, status=422, content_type="application/problem+json")
