"""Verbs of wall screens: giving one the right to show boards without a person, and taking it back."""

import hashlib
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from pendopo.audit.actions import Actor, record
from pendopo.meetings.actions import put_out_everywhere

from ..models import KioskToken


@transaction.atomic
def add_screen(*, label: str, by: Actor | None, from_posture: str = "", meanwhile: str = "") -> tuple[KioskToken, str]:
    """A screen's right to show boards, and its token, which is shown this once. From a posture on it shows another board (`meanwhile`)."""
    secret = f"pdk_{secrets.token_urlsafe(32)}"
    screen = KioskToken.objects.create(label=label, digest=digest_of(secret), from_posture=from_posture, meanwhile=meanwhile)
    after = {"label": label, "from_posture": from_posture, "meanwhile": meanwhile}
    record(by=by, room="wall", verb="allowed", about=path_of(screen), after=after)
    return screen, secret


@transaction.atomic
def revoke_screens(*, ids: Sequence[int], by: Actor | None) -> int:
    """Takes the right away: open pages of these screens go dark at once, and they leave the meetings they are in. Says how many had it
    still."""
    screens = list(KioskToken.objects.select_for_update().filter(pk__in=ids, revoked=None))
    for screen in screens:
        screen.revoked = timezone.now()
        screen.save(update_fields=["revoked"])
        put_out_everywhere(key=seat_of(screen))
        record(by=by, room="wall", verb="revoked", about=path_of(screen), after={"label": screen.label})
    return len(screens)


def note_seen(*, screen: KioskToken) -> None:
    """Notes that a screen is alive, at most once a minute."""
    now = timezone.now()
    if screen.last_seen is None or (now - screen.last_seen).total_seconds() > 60:
        KioskToken.objects.filter(pk=screen.pk).update(last_seen=now)


def digest_of(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def path_of(screen: KioskToken) -> str:
    """How the book of deeds and the screen's live tickets name it."""
    return f"/wall/screens/{screen.pk}"


def seat_of(screen: KioskToken) -> str:
    """Where the screen sits in every meeting."""
    return f"s{screen.pk}"
