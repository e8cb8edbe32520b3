"""One sitting of the judge: what became known is read, judged, and how far it came is noted. Start and recovery are the same path."""

import time
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from ..actions.depending import newest_dependency
from ..actions.judging import apply, settle
from ..actions.keeping import keep_silence_rules, move_on, position
from ..verdicts import Verdict
from . import plan as planning
from .engine import Engine
from .reading import MIN_AT, news, next_stamp
from .regional import Standing

# Held while the river is judged, so that two work processes never judge the same.
LOCK = 0x6A756467
# What no value decides is looked at so often (seconds): silence; whole regions that stirred; all of them; new rules.
SILENCE_S, WHOLE_S, EVERY_S, RULES_S, SETTLE_S = 1.0, 0.5, 60.0, 2.0, 0.5


class Sitting:
    """The judge between two looks. When another process judged meanwhile, it begins anew from the database."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.standing: Standing | None = None
        self.through = MIN_AT
        self.done: dict[str, float] = {}
        self.faults: dict[str, str] = {}
        self.family = (0, 0)
        self.judged = 0

    def _due(self, what: str, every_s: float, clock: float) -> bool:
        if clock - self.done.get(what, float("-inf")) < every_s:
            return False
        self.done[what] = clock
        return True

    def look(self) -> int:
        """Judges all that became known since the last time; answers how many words were said. 0 when another process is at it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                self.engine = None
                return 0
        try:
            with override(settings.LANGUAGE_CODE):
                return self._look(timezone.now(), time.monotonic())
        except BaseException:
            self.engine = None
            raise
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def _look(self, now: datetime, clock: float) -> int:
        known = position()
        words: Sequence[Verdict] = []
        if self._due("rules", RULES_S, clock):
            keep_silence_rules()
            if known == self.through:
                words = self._follow(now, clock)
        if self.engine is None or known != self.through:
            words = self._begin(known, now, clock)
        assert self.engine is not None and self.standing is not None
        if (family := newest_dependency()) != self.family:
            words = [*words, *self.engine.learn_parents(now, clock)]
            self.family = family
        through = next_stamp(self.through)
        rows = news(self.through, through)
        words = [*words, *self.engine.take(rows, self.through, through, now, clock)]
        if self._due("silence", SILENCE_S, clock):
            words += self.standing.silences(now)
        if self._due("whole", WHOLE_S, clock):
            words += self.standing.whole_regions(now, clock, every=self._due("every", EVERY_S, clock))
            if self.engine.late:
                words += self.engine.reread(through, now, clock)
        if self.engine.plan.composites:
            words += self.standing.composites(now)
        if words:
            apply(verdicts=words)
        if through != known:
            move_on(through)
        self.through = through
        if self._due("settle", SETTLE_S, clock):
            settle()
        self.judged += len(rows)
        return len(words)

    def _follow(self, now: datetime, clock: float) -> Sequence[Verdict]:
        """Goes on with the rules as they are now, when one of them changed."""
        if self.engine is None or self.standing is None or planning.stamp() == self.engine.plan.stamp:
            return []
        plan = planning.load()
        words, gone, silenced = self.engine.follow(plan, self.through, now, clock)
        self.standing.follow(gone, silenced)
        self.faults = plan.faults
        return words

    def _begin(self, known: datetime | None, now: datetime, clock: float) -> list[Verdict]:
        """Reads rules and what they must remember. The very first time it begins with what is known now."""
        self.through = known or next_stamp(None)
        self.engine = Engine(planning.load(), settings.LANGUAGE_CODE)
        self.faults = self.engine.plan.faults
        self.standing = Standing(self.engine)
        return self.engine.start(self.through, now, clock)
