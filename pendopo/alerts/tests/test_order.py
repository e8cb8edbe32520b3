"""The order of arrival does not matter: every order of the same words ends in the same state."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from pendopo.alerts import standing
from pendopo.alerts.standing import ENDED, ENDS, FIRING, NOTHING, OLD, OPENED, REOPENED, Known, ParentWord

from .yard import minute

# What hangs on what: two lines to a site, a router above one of them.
PARENTS = {"site": ("left", "right"), "left": ("core",), "right": ("core",)}
WAIT_S = 60.0
Said = tuple[str, float, bool]


@dataclass
class House:
    """The pure rules, played without a database: what was told is remembered."""

    alerts: dict[str, Known] = field(default_factory=dict)
    onset: dict[str, datetime] = field(default_factory=dict)
    heard: dict[str, datetime] = field(default_factory=dict)
    words: dict[str, ParentWord] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def hear(self, name: str, at: datetime, hot: bool, now: datetime) -> None:
        """One word, and what it does to those that hang on it."""
        word = standing.next_word(self.words.get(name), hot=hot, at=at, now=now)
        if word is not None:
            self.words[name] = word
        known = self.alerts.get(name)
        newest = self.words[name]
        what = standing.hear(known, hot=hot, at=at, again_s=0, well_at=None if newest.hot else newest.at)
        if what == ENDS and known is not None:
            self.alerts[name] = Known(ENDED, at, ended=at)
        elif what in (OPENED, REOPENED):
            self.alerts[name], self.onset[name], self.heard[name] = Known("", at), at, now
        elif what not in (OLD, NOTHING) and known is not None:
            self.alerts[name] = Known(known.state, at)
        self.settle(now)

    def settle(self, now: datetime) -> None:
        """Everything open stands anew."""
        for name, known in list(self.alerts.items()):
            if known.state == ENDED:
                continue
            parents = [self.words.get(parent) for parent in PARENTS.get(name, ())]
            found = standing.stand(
                known.state,
                started=self.onset[name],
                last_at=known.last_at,
                heard=self.heard[name],
                parents=parents,
                wait_s=WAIT_S,
                mute=None,
                now=now,
            )
            self.alerts[name] = Known(found.state, known.last_at)
            if found.state == FIRING:
                self.told.add(name)

    @property
    def state(self) -> dict[str, str]:
        """How everything stands."""
        return {name: known.state for name, known in sorted(self.alerts.items())}


def play(said: tuple[Said, ...]) -> House:
    """Words within a few seconds of each other, in this order, and then time passes."""
    house = House()
    for number, (name, at, hot) in enumerate(said):
        house.hear(name, minute(at), hot, minute(20) + timedelta(seconds=number))
    house.settle(minute(30))
    return house


def test_a_fall_of_the_core_in_every_order() -> None:
    """Core, both lines and the site fall: only the core is ever told, whatever arrives first."""
    fall = (("core", 1.0, True), ("left", 1.1, True), ("right", 1.2, True), ("site", 1.3, True))
    for order in permutations(fall):
        house = play(order)
        assert house.state == {"core": "firing", "left": "suppressed", "right": "suppressed", "site": "suppressed"}
        assert house.told == {"core"}


def test_one_of_two_lines_in_every_order() -> None:
    """One line falls and the site with it, though the other line is well: the site is a matter of its own."""
    fall = (("core", 1.4, False), ("left", 1.0, True), ("right", 1.4, False), ("site", 1.3, True))
    for order in permutations(fall):
        assert play(order).state == {"left": "firing", "site": "firing"}


words = st.lists(
    st.tuples(st.sampled_from(["core", "left", "right", "site"]), st.integers(1, 12).map(float), st.booleans()),
    min_size=1,
    max_size=7,
    unique_by=lambda one: (one[0], one[1]),
)


@given(words, st.randoms(use_true_random=False))
def test_any_words_in_any_order(said: list[Said], chance: "object") -> None:
    """The newest word of each thing decides; how the others came in between changes nothing."""
    last = {name: (at, hot) for name, at, hot in sorted(said, key=lambda one: one[1])}
    expected = {name for name, (_at, hot) in last.items() if hot}
    shuffled = list(said)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for order in (tuple(said), tuple(shuffled), tuple(reversed(said))):
        found = play(order).state
        assert {name for name, state in found.items() if state != "ended"} == expected
        for name in expected:
            parents = PARENTS.get(name, ())
            quiet = bool(parents) and all(last.get(parent, (0, False))[1] for parent in parents)
            assert found[name] == ("suppressed" if quiet else "firing"), (name, order)
