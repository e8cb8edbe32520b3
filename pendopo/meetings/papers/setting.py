"""A meeting's papers set as PDF in the layout of official letters (tata naskah dinas), and signed where a certificate is configured."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from pendopo.agencies.models import Agency, Person
from pendopo.meetings.models import Meeting, PaperKind
from pendopo.regions.models import Region
from pendopo.ui.press import MARK, NoPress, pressed
from pendopo.ui.words import long_day_text, zone_text

from .attendance import sheet_of

logger = logging.getLogger(__name__)

STYLE = Path(__file__).with_name("paper.css")
SIGNER = "pendopo.meetings.papers.signing"
SIGN_S = 60
# Official papers are written in Indonesian, whatever language their maker reads.
LANGUAGE = "id"
# More addressees than this stand on a sheet of their own.
ON_THE_LETTER = 6


def paper(meeting: Meeting, kind: str, *, number: str = "") -> tuple[bytes, bool]:
    """The paper as PDF, and whether it is signed. Raises NoPress."""
    with override(LANGUAGE):
        page = render_to_string(f"meetings/papers/{kind}.html", context_of(meeting, kind, number))
    return signed(pressed(page, STYLE))


def context_of(meeting: Meeting, kind: str, number: str) -> dict[str, Any]:
    """What the papers are filled with."""
    zone = ZoneInfo(settings.TIME_ZONE)
    home = Region.objects.filter(pk=settings.REGION).values_list("name", flat=True).first() or ""
    start, now = meeting.start.astimezone(zone), timezone.now()
    office, post = office_of(meeting.convener)
    context: dict[str, Any] = {
        "house": home,
        "mark": MARK.as_uri(),
        "office": office,
        "post": post,
        "meeting": meeting,
        "number": number,
        "today": long_day_text(now, zone, LANGUAGE).partition(", ")[2],
        "day": long_day_text(meeting.start, zone, LANGUAGE),
        "begins": f"{start:%H.%M}",
        "ends": f"{meeting.ends.astimezone(zone):%H.%M}",
        "zone": zone_text(zone),
        "agenda": [line.strip(" \t-*•") for line in meeting.agenda.splitlines() if line.strip()],
        "room": f"{settings.SITE_URL}{meeting.get_absolute_url()}",
        "demo": settings.DEMO,
    }
    if kind == PaperKind.INVITATION:
        invited = [str(row) for row in meeting.invitees.filter(revoked=None).select_related("agency", "person")]
        context |= {"invited": invited, "apart": len(invited) > ON_THE_LETTER}
    else:
        context["sheet"] = sheet_of(meeting)
    if kind == PaperKind.MINUTES:
        minutes = meeting.record
        context |= {"minutes": minutes, "points": minutes.points.all(), "tasks": minutes.tasks.select_related("to")}
    return context


def office_of(person: Person | None) -> tuple[Agency | None, str]:
    """The agency in whose name a person writes, and the title of their post."""
    holding = person.holdings.current().select_related("post__seat", "post__agency").order_by("since").first() if person else None
    return (holding.post.home, holding.post.title) if holding else (None, "")


def signed(body: bytes) -> tuple[bytes, bool]:
    """The PDF with an electronic signature (PAdES) when PENDOPO_SIGN_CERTIFICATE is set; as it is otherwise. Raises NoPress."""
    if not settings.SIGN_CERTIFICATE:
        return body, False
    command = [sys.executable, "-m", SIGNER, settings.SIGN_CERTIFICATE]
    try:
        given = settings.SIGN_PASSWORD.encode() + b"\n" + body
        made = subprocess.run(command, input=given, capture_output=True, timeout=SIGN_S, check=True)
    except subprocess.CalledProcessError as problem:
        logger.warning("the signature failed: %s", problem.stderr.decode(errors="replace").strip()[-500:])
        raise NoPress(_("The paper could not be signed: ask the operator to look at PENDOPO_SIGN_CERTIFICATE.")) from None
    except subprocess.TimeoutExpired:
        raise NoPress(_("The machine is too busy to sign the paper: try again in a few minutes.")) from None
    return made.stdout, True
