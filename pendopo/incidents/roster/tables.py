"""Shifts by CSV: what `/shifts?format=csv` writes can be read back."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person

from . import actions
from .models import Roster, Shift


def moment(text: str) -> datetime | None:
    """`2026-11-24 07:00` or RFC 3339; without an offset in the government's zone. None when it is neither."""
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        return None
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found


def take_shifts(rows: Iterable[Mapping[str, str]], by: Person) -> tuple[int, int, list[tuple[int, str]]]:
    """Adds the shifts of a table (columns roster, person, since, until; turn, note). Answers how many were added, how many were known
    already, and each refused line with its number (the header is line 1) and the reason."""
    added, known, refused = 0, 0, []
    for number, row in enumerate(rows, 2):
        try:
            made = _take(row, by)
        except Refused as why:
            refused.append((number, str(why)))
            continue
        added, known = added + made, known + (not made)
    return added, known, refused


def _take(row: Mapping[str, str], by: Person) -> bool:
    roster = Roster.objects.filter(code=row.get("roster", "").strip(), ended=None).first()
    if roster is None:
        raise Refused(_("There is no roster “%(code)s”.") % {"code": row.get("roster", "")})
    email = (row.get("email") or row.get("person", "")).strip()
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise Refused(_("Nobody here has the address %(list)s.") % {"list": email or "–"})
    since, until = moment(row.get("since", "")), moment(row.get("until", ""))
    if since is None or until is None:
        raise Refused(_("Write since and until as 2026-11-24 07:00."))
    if Shift.objects.filter(roster=roster, person=person, since=since, until=until, cancelled=None).exists():
        return False
    turn, note = row.get("turn", "").strip(), row.get("note", "").strip()[:300]
    actions.add_shift(roster=roster, person=person, since=since, until=until, turn=turn, note=note, by=by)
    return True
