"""The verb that takes alerts from outside: nothing is lost, and what cannot be taken is kept with its reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.audit.actions import record
from pendopo.indicators.models import Source
from pendopo.regions.models import Region

from ..models import Refused
from ..outside.reading import Sent, Unreadable
from ..verdicts import About, Verdict, fingerprint
from .judging import apply

# A sender's clock may be so far ahead of ours before it is said.
AHEAD = timedelta(minutes=5)
MOST_PROBLEMS = 1000


@dataclass
class Taken:
    """How many rows were taken and refused; `problems` name rows (from 1) that were refused, or taken in another way than they say."""

    accepted: int = 0
    refused: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    omitted: int = 0

    def tell(self, row: int, name: str, code: str, message: str) -> None:
        """One problem; after a thousand they are counted only."""
        if len(self.problems) >= MOST_PROBLEMS:
            self.omitted += 1
        else:
            self.problems.append({"row": row, "field": name, "code": code, "message": message})

    def as_json(self) -> dict[str, Any]:
        """The answer of the API."""
        return {
            "accepted": self.accepted,
            "refused": self.refused,
            "problems": self.problems,
            **({"problems_omitted": self.omitted} if self.omitted else {}),
        }


def take_alerts(*, source: Source, rows: Sequence[Any], read: Callable[[Any], Sent], now: datetime | None = None) -> Taken:
    """Takes the rows of one body in the name of a source. An unknown region is shown at the government's own, and said."""
    moment, taken = now or timezone.now(), Taken()
    sent: list[tuple[int, Sent]] = []
    kept: list[Refused] = []
    for number, raw in enumerate(rows, 1):
        try:
            sent.append((number, read(raw)))
        except Unreadable as problem:
            message = sentence(problem)
            taken.tell(number, problem.name[:80], problem.code, message)
            kept.append(Refused(source=source, at=moment, code=problem.code, message=message[:500], raw=storable(raw)))
    known = set(Region.objects.filter(pk__in={one.region[:13] for _row, one in sent}).values_list("pk", flat=True))
    words = [_word(source, number, one, known, taken, moment) for number, one in sent]
    taken.accepted, taken.refused = len(words), len(kept)
    with transaction.atomic():
        Refused.objects.bulk_create(kept, batch_size=1000)
        after = {"source": source.code, "accepted": taken.accepted, "refused": taken.refused}
        record(by=source, room="alerts", verb="took", about=f"/sources/{source.code}", after=after)
        apply(verdicts=words, now=moment)
    return taken


def _word(source: Source, number: int, one: Sent, known: set[str], taken: Taken, now: datetime) -> Verdict:
    region = one.region if one.region in known else settings.REGION
    if one.region and one.region not in known:
        taken.tell(
            number,
            "region",
            "unknown-region",
            _("There is no region “%(code)s”: the alert is shown at %(own)s.") % {"code": one.region[:30], "own": region},
        )
    started = one.started or (None if one.firing else one.ended) or now
    if started > now + AHEAD:
        taken.tell(
            number,
            "at",
            "clock",
            _("The time is %(n)s minutes ahead of our clock: set the clock of the sender.")
            % {"n": int((started - now).total_seconds() // 60)},
        )
    at = started if one.firing else max(one.ended or now, started)
    about = About(one.name, region, one.severity, one.name, source=source.pk, labels=one.labels, link=one.link, exercise=one.exercise)
    name = fingerprint("outside", f"{source.code}/{one.key}")
    return Verdict(name, one.firing, at, about, one.value, 0.0, one.reason, started=started)


def sentence(problem: Unreadable) -> str:
    """Why a row was refused, and what to write."""
    if problem.code == "time":
        return _("“%(field)s” must be RFC 3339 with an offset, for example 2026-05-09T00:00:00Z.") % {"field": problem.name}
    if problem.code == "name":
        return _("An alert needs a name: write it in “%(field)s”.") % {"field": problem.name}
    if problem.code == "status":
        return _("“status” must be firing or resolved.")
    if problem.code == "unknown-field":
        return _("There is an unknown field: %(what)s.") % {"what": problem.name}
    return _("The row has another shape: %(what)s.") % {"what": problem.name}


def storable(raw: Any) -> Any:
    """JSON that PostgreSQL can hold."""
    if isinstance(raw, str):
        return raw.replace("\x00", "␀")[:4000]
    if isinstance(raw, dict):
        return {str(name).replace("\x00", "␀")[:200]: storable(value) for name, value in list(raw.items())[:200]}
    if isinstance(raw, list):
        return [storable(value) for value in raw[:200]]
    return raw
