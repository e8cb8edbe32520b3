"""The verbs that judge: `apply` takes words about things, bad or well, and keeps their alerts; `settle` looks again in time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from pendopo.regions.models import Region

from .. import grouping, standing
from ..models import RANKS, Alert, Group, State
from ..standing import ENDS, HOLDS, NOTHING, OLD, OPENED, REOPENED, Known
from ..verdicts import Verdict
from .book import Family, Quiet, Turn, lock, new_alert, newest, tell, write

# So many words are taken in one transaction.
AT_ONCE = 1000
REASON = 500


def apply(*, verdicts: Sequence[Verdict], now: datetime | None = None) -> int:
    """Takes words in the order of their time; answers how many changed how an alert stands.

    Saying the same again changes nothing. What opened, ended, worsened or was kept quiet is in the book, told once.
    """
    ordered = sorted(verdicts, key=lambda verdict: verdict.at)
    return sum(_apply(ordered[start : start + AT_ONCE], now or timezone.now()) for start in range(0, len(ordered), AT_ONCE))


@transaction.atomic
def _apply(verdicts: Sequence[Verdict], now: datetime) -> int:
    lock()
    judge = Judge({verdict.fingerprint for verdict in verdicts}, now)
    for verdict in verdicts:
        judge.hear(verdict)
    judge.follow_parents()
    return judge.write()


@transaction.atomic
def settle(*, now: datetime | None = None) -> int:
    """Looks again at alerts whose time has come: a child that waited, a mute that is over, a flapping one that was calm.

    Closes groups that rest. Answers how many alerts stand otherwise.
    """
    moment = now or timezone.now()
    due = Alert.objects.open().filter(quiet_until__lte=moment)
    if not due.exists() and not _resting(moment).exists():
        return 0
    lock()
    due_names = list(due.values_list("fingerprint", flat=True)[:AT_ONCE])
    judge = Judge(due_names, moment)
    for name in due_names:
        judge.look(name)
    _resting(moment).update(closed=moment)
    return judge.write()


def _resting(now: datetime) -> QuerySet[Group]:
    alive = Alert.objects.open().filter(group=OuterRef("pk"))
    return Group.objects.filter(~Exists(alive), closed=None, last__lt=now - timedelta(seconds=grouping.REST_S))


class Judge:
    """One sitting: the alerts of some things as they are known, and what becomes of them."""

    def __init__(self, fingerprints: Iterable[str], now: datetime) -> None:
        self.now = now
        names = set(fingerprints)
        self.family = Family(names)
        related = set().union(*(self.family.children[name] for name in names if name in self.family.children))
        self.alerts = newest(names | related)
        self.quiet = Quiet(now)
        self.created: list[Alert] = []
        self.changed: dict[str, Alert] = {}
        self.changes: list[Turn] = []
        self.told: dict[str, list[Alert]] = {"opened": [], "ended": [], "worsened": [], "quieted": []}
        self.turned: set[str] = set()

    def hear(self, verdict: Verdict) -> None:
        """One word."""
        alert = self.alerts.get(verdict.fingerprint)
        self._note_word(verdict, keep=alert is None and not verdict.hot)
        known = Known(alert.state, alert.last_at, alert.flapping, alert.calm_since, alert.ended) if alert else None
        word = self.family.words.get(verdict.fingerprint)
        well_at = word.at if word is not None and not word.hot else None
        what = standing.hear(known, hot=verdict.hot, at=verdict.at, again_s=verdict.about.again_s, well_at=well_at)
        if what in (OLD, NOTHING):
            return
        if what == OPENED:
            alert = new_alert(verdict, self.now)
            self.alerts[verdict.fingerprint] = alert
            self.created.append(alert)
        assert alert is not None
        alert.last_at = max(alert.last_at, verdict.at)
        if what in (ENDS, HOLDS):
            self._calm(alert, what, verdict)
        else:
            self._hot(alert, what, verdict)
        self._touch(alert)

    def _note_word(self, verdict: Verdict, *, keep: bool) -> None:
        """The word about a parent; with `keep` also about a thing that was well before we heard that it had been bad."""
        name = verdict.fingerprint
        if name not in self.family.children and not keep:
            return
        before = self.family.words.get(name)
        word = standing.next_word(before, hot=verdict.hot, at=verdict.at, now=self.now)
        if word is not None:
            self.family.words[name] = word
            self.family.changed.add(name)
            self.turned.add(name)

    def _calm(self, alert: Alert, what: str, verdict: Verdict) -> None:
        if what == HOLDS:
            alert.calm_since = alert.calm_since or verdict.at
            alert.quiet_until = self.now + timedelta(seconds=verdict.about.again_s)
            return
        self._end(alert, verdict.at, verdict.value, verdict.reason)

    def _end(self, alert: Alert, at: datetime, value: float | None = None, reason: str = "") -> None:
        was_told = alert.told is not None
        alert.state, alert.ended = State.ENDED, max(at, alert.started)
        alert.quiet, alert.quiet_until, alert.calm_since, alert.flapping = "", None, None, False
        self._note(alert, value, reason)
        if was_told:
            self.told["ended"].append(alert)

    def _hot(self, alert: Alert, what: str, verdict: Verdict) -> None:
        if what == REOPENED:
            alert.flaps += 1
            alert.flapping = alert.flaps >= standing.FLAPS
            alert.state, alert.ended = State.WAITING, None
            alert.onset, alert.heard = verdict.started or verdict.at, self.now
        alert.calm_since = None
        alert.value = verdict.value
        if alert.peak is None or verdict.size >= alert.size:
            alert.peak, alert.size = verdict.value, verdict.size
            alert.reason = verdict.reason[:REASON] or alert.reason
        worse = RANKS.get(verdict.how_bad, 0) > RANKS.get(alert.severity, 0)
        better = RANKS.get(verdict.how_bad, 0) < RANKS.get(alert.severity, 0)
        if worse or better:
            alert.severity = verdict.how_bad
        came_back = what in (OPENED, REOPENED)
        state_before = "" if came_back else alert.state
        opened = len(self.told["opened"])
        if not self._stand(alert, state_before, came_back) and (worse or better):
            self._note(alert, verdict.value, verdict.reason)
        if worse and alert.state == State.FIRING and len(self.told["opened"]) == opened:
            self.told["worsened"].append(alert)
            self._ring(alert)

    def look(self, name: str) -> None:
        """Looks again at one without a new word."""
        alert = self.alerts.get(name)
        if alert is None or alert.state == State.ENDED:
            return
        if alert.calm_since is not None and alert.quiet_until is not None and alert.quiet_until <= self.now:
            self._end(alert, alert.calm_since)
            self._touch(alert)
        elif self._stand(alert, alert.state, False):
            self._touch(alert)

    def give_up(self, name: str) -> None:
        """Ends one that nobody watches any more."""
        alert = self.alerts.get(name)
        if alert is not None and alert.state != State.ENDED:
            self._end(alert, self.now)
            self._touch(alert)

    def _stand(self, alert: Alert, before: str, came_back: bool) -> bool:
        """Decides how something bad stands; True when that is news."""
        holding = alert.calm_since is not None
        found = standing.stand(
            before,
            started=alert.onset,
            last_at=alert.last_at,
            heard=alert.heard,
            parents=self.family.words_of(alert.fingerprint),
            wait_s=self.family.wait_s.get(alert.fingerprint, 0.0),
            mute=self.quiet.mute(alert),
            now=self.now,
        )
        news = came_back or found.state != alert.state or found.quiet != alert.quiet
        alert.state, alert.quiet = found.state, found.quiet
        if not holding:
            alert.quiet_until = found.until
        if not news:
            return False
        self._note(alert, alert.value, alert.quiet or alert.reason)
        if found.state == State.FIRING:
            # What flaps is told once: when it began, and again when it has ended for good.
            if alert.told is None or not alert.flapping:
                self.told["opened"].append(alert)
                self._ring(alert)
        elif before == State.FIRING:
            self.told["quieted"].append(alert)
        return True

    def _ring(self, alert: Alert) -> None:
        """It is told now, and rings until somebody takes it on, also when somebody had taken on what it was before."""
        alert.told, alert.acknowledged = self.now, None

    def follow_parents(self) -> None:
        """Children of those about whom a word came stand anew."""
        for name in sorted(self.turned):
            for child in sorted(self.family.children[name]):
                self.look(child)

    def _touch(self, alert: Alert) -> None:
        alert.touched = self.now
        if alert.pk is not None:
            self.changed[alert.fingerprint] = alert

    def _note(self, alert: Alert, value: float | None, reason: str) -> None:
        self.changes.append(Turn(alert, self.now, alert.state, alert.severity, value, reason[:REASON]))

    def write(self) -> int:
        """Everything decided, in a few statements."""
        self.family.save()
        self._group([alert for alert in self.told["opened"] if alert.group_id is None])
        write(self.created, list(self.changed.values()), self.changes)
        anew = [alert.pk for verb in ("opened", "worsened") for alert in self.told[verb] if alert.fingerprint in self.changed]
        Alert.objects.filter(pk__in=anew, state=State.FIRING).exclude(acknowledged=None).update(acknowledged=None)
        for verb, alerts in self.told.items():
            unique = list({id(alert): alert for alert in alerts}.values())
            if unique:
                tell(verb, unique)
        return len(self.changes)

    def _group(self, alerts: Sequence[Alert]) -> None:
        """Puts new alerts into groups, and opens those that are missing."""
        if not alerts:
            return
        groups = {group.key: group for group in Group.objects.filter(closed=None)}
        opened = grouping.Open({key: group.opened for key, group in groups.items()}, settings.REGION)
        chosen = [
            (alert, opened.choose(alert.family or alert.name, alert.region_id, self.now, exercise=alert.exercise)) for alert in alerts
        ]
        places = {grouping.place_in(key) for _alert, key in chosen if key not in groups}
        names = dict(Region.objects.filter(pk__in=places).values_list("pk", "name")) if places else {}
        fresh: dict[str, Group] = {}
        for alert, key in chosen:
            group = groups.get(key) or fresh.get(key)
            if group is None:
                group = fresh[key] = _new_group(key, alert, names, self.now)
            group.severity = grouping.worst(RANKS, group.severity, alert.severity)
            group.last = self.now
        Group.objects.bulk_create(fresh.values())
        every = {**groups, **fresh}
        Group.objects.bulk_update({key: every[key] for _alert, key in chosen if key in groups}.values(), ["severity", "last"])
        for alert, key in chosen:
            alert.group = every[key]
            self._touch(alert)


def _new_group(key: str, alert: Alert, names: Mapping[str, str], now: datetime) -> Group:
    """A group named after its first alert and its place; in a storm after the place alone."""
    place = grouping.place_in(key)
    region = place if place in names else alert.region_id
    title = names.get(place, region) if grouping.is_storm(key) else f"{alert.name} · {names.get(place, region)}"
    return Group(key=key, title=title[:200], region_id=region, severity=alert.severity, opened=now, last=now)
