"""The console's menu: one explicit table. An entry is shown when its page exists and the reader may open it."""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """A line of the menu: where it leads (a URL name), and the verb of the doorkeeper that opens it ('' = everyone signed in)."""

    label: str | Promise
    url_name: str
    icon: str
    verb: str = ""


@dataclass(frozen=True)
class Line:
    """An entry as one page shows it."""

    label: str | Promise
    url: str
    icon: str
    current: bool


MENU: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry(_("Home"), "wall:home", "home"),
            Entry(_("Boards"), "wall:boards", "grid", "boards.see"),
            Entry(_("Brief"), "wall:brief", "phone", "boards.see"),
            Entry(_("My work"), "orders:orders", "check", "orders.see"),
            Entry(_("Meetings"), "meetings:meetings", "people", "meetings.see"),
        ),
    ),
    (
        _("Figures"),
        (
            Entry(_("Indicators"), "indicators:indicators", "pulse", "indicators.see"),
            Entry(_("Goals"), "wall:goals", "check", "boards.see"),
            Entry(_("Sources"), "indicators:sources", "plug", "sources.change"),
            Entry(_("Source health"), "indicators:health", "clock", "indicators.see"),
            Entry(_("Checks of jobs"), "indicators:checks", "check", "sources.change"),
            Entry(_("Deliveries"), "indicators:deliveries", "inbox", "deliveries.see"),
            Entry(_("Waiting rows"), "indicators:quarantine", "warning", "deliveries.see"),
            Entry(_("Upload a file"), "indicators:upload", "upload", "observations.write"),
        ),
    ),
    (
        _("Watch"),
        (
            Entry(_("Desk"), "wall:desk", "siren", "desk.see"),
            Entry(_("Reports that came in"), "incidents:intake", "inbox", "intake.see"),
            Entry(_("Field page"), "incidents:field-page", "camera", "incidents.see"),
            Entry(_("Incidents"), "incidents:incidents", "flag", "incidents.see"),
            Entry(_("Citizen reports"), "reports:handling", "inbox", "reports.see"),
            Entry(_("Alerts"), "alerts:alerts", "bell", "alerts.see"),
            Entry(_("Public warnings"), "alerts:warnings", "send", "warnings.see"),
            Entry(_("Rules"), "alerts:rules", "filter", "alerts.see"),
            Entry(_("Rivers"), "alerts:rivers", "pulse", "alerts.see"),
            Entry(_("Network"), "network:network", "plug", "network.see"),
            Entry(_("Maintenance"), "alerts:maintenance", "clock", "alerts.see"),
            Entry(_("Posture"), "incidents:posture", "flag", "incidents.see"),
            Entry(_("Shelters"), "incidents:shelters", "home", "incidents.see"),
            Entry(_("Roster"), "incidents:rosters", "people", "roster.see"),
            Entry(_("Call-outs"), "incidents:call-outs", "bell", "desk.see"),
            Entry(_("Logbook"), "incidents:logbook", "book", "roster.see"),
            Entry(_("Telephone book"), "wall:phones", "phone", "desk.see"),
        ),
    ),
    (
        _("Government"),
        (
            Entry(_("Agencies"), "agencies:agencies", "building", "agencies.see"),
            Entry(_("People"), "agencies:people", "people", "people.see"),
            Entry(_("Posts"), "agencies:posts", "badge", "people.see"),
            Entry(_("Regions"), "regions:regions", "map", "indicators.see"),
            Entry(_("Assessments"), "assessments:assessments", "badge", "assessments.see"),
            Entry(_("Co-working"), "coworking:find", "building"),
            Entry(_("Findings"), "assessments:findings", "warning", "assessments.see"),
        ),
    ),
    (
        _("House"),
        (
            Entry(_("Book of deeds"), "audit:entries", "book", "audit.see"),
            Entry(_("Wall screens"), "wall:screens", "screen", "wall.tokens"),
            Entry(_("Log of notices"), "notify:dispatches", "bell", "notify.log"),
            Entry(_("Webhooks"), "notify:endpoints", "send", "notify.change"),
            Entry(_("First steps"), "agencies:setup", "check", "people.change"),
        ),
    ),
)


def sections(request: HttpRequest) -> list[tuple[str | Promise, list[Line]]]:
    """The menu for this reader; `request.verbs` (agencies.context) says what the doorkeeper opens to them."""
    verbs: Collection[str] = getattr(request, "verbs", ())
    answer = []
    for title, entries in MENU:
        lines = [line for entry in entries if (line := _line(entry, request.path, verbs))]
        if lines:
            answer.append((title, lines))
    return answer


def _line(entry: Entry, path: str, verbs: Collection[str]) -> Line | None:
    if entry.verb and entry.verb not in verbs:
        return None
    try:
        url = reverse(entry.url_name)
    except NoReverseMatch:
        return None
    return Line(entry.label, url, entry.icon, path == url or path.startswith(f"{url.rstrip('/')}/"))
