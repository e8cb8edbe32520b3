"""Goals as a file: a YAML list that people write, and the same list of what counts now."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
import yaml
from django.core.exceptions import ValidationError
from django.db import transaction

from pendopo.agencies.models import Post
from pendopo.audit.actions import Actor
from pendopo.indicators.declared import Entry, Faulty, read_lists
from pendopo.ui.sentence import Sentence

from .actions import set_goal
from .actions.goals import shape_of
from .fields import CODE, REGION
from .goals import current
from .logic import RESERVED
from .models import Goal


class Name(msgspec.Struct, forbid_unknown_fields=True):
    """A name in both languages; without an English one the Indonesian stands for it."""

    id: str
    en: str = ""


class GoalEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A goal as written. `below` is the code of the goal above it, `owner` the title of a post."""

    code: str
    name: str | Name
    below: str = ""
    weight: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    rollup: Literal["worst", "weighted"] = "worst"
    owner: str = ""
    indicator: str = ""
    region: str = "auto"
    better: Literal["up", "down"] = "up"
    target: float | None = None
    limit: float | None = None
    due: date | None = None


def parse(text: str) -> list[tuple[int, GoalEntry]]:
    """The goals of a file with the line of each. Raises Faulty with every fault as a sentence."""
    found: list[tuple[int, GoalEntry]] = []
    faults: list[str] = []
    for entry in read_lists(text, Sentence("list of goals"), ("goals",))["goals"]:
        _take(entry, found, faults)
    if faults:
        raise Faulty(faults)
    return found


def _take(entry: Entry, into: list[tuple[int, GoalEntry]], faults: list[str]) -> None:
    name = Sentence("goal %(code)s", code=entry.data.get("code", "?"))
    try:
        goal = entry.as_struct(GoalEntry, name)
    except Faulty as error:
        faults.extend(error.sentences)
        return
    wrong = _wrong(goal)
    if any(other.code == goal.code for _line, other in into):
        wrong = Sentence("the code stands in this file twice")
    if wrong:
        faults.append(Sentence("line %(line)s: %(what)s: %(why)s.", line=entry.line, what=name, why=wrong))
    else:
        into.append((entry.line, goal))


def _wrong(goal: GoalEntry) -> Sentence | None:
    if not CODE.fullmatch(goal.code) or len(goal.code) > 60 or goal.code in RESERVED:
        return Sentence("a code has small letters, digits and hyphens, at most 60 of them")
    if not REGION.fullmatch(goal.region):
        return Sentence("“region” is auto, home, province or a code in quotes such as '35.16'")
    if goal.indicator and (goal.target is None or goal.limit is None):
        return Sentence("a goal with an indicator needs a target and a limit")
    if goal.target is not None and goal.limit is not None and (goal.target - goal.limit) * (1 if goal.better == "up" else -1) < 0:
        return Sentence("where higher is better the limit lies below the target; where lower is better, above it")
    return None


@transaction.atomic
def load_goals(*, text: str, by: Actor | None) -> dict[str, int]:
    """Sets every goal of a file, all or none; the same file twice changes nothing. Goals that the file does not name stay as they are.

    Returns how many were `set` and `unchanged`. Raises Faulty with sentences.
    """
    entries = parse(text)
    goals = {goal.code: goal for goal in Goal.objects.all()}
    counts = {"set": 0, "unchanged": 0}
    faults: list[str] = []
    for line, entry in _above_first(entries):
        goal = goals.get(entry.code) or Goal(code=entry.code)
        before = shape_of(goal) if goal.pk and goal.ended is None else None
        try:
            _fill(goal, entry, goals)
            if before == shape_of(goal):
                counts["unchanged"] += 1
                continue
            set_goal(goal=goal, by=by)
            goals[entry.code] = goal
            counts["set"] += 1
        except ValidationError as problem:
            what = Sentence("goal %(code)s", code=entry.code)
            faults += [Sentence("line %(line)s: %(what)s: %(why)s", line=line, what=what, why=why) for why in problem.messages]
        except Faulty as problem:
            what = Sentence("goal %(code)s", code=entry.code)
            faults += [Sentence("line %(line)s: %(what)s: %(why)s.", line=line, what=what, why=why) for why in problem.sentences]
    if faults:
        raise Faulty(faults)
    return counts


def _above_first(entries: list[tuple[int, GoalEntry]]) -> list[tuple[int, GoalEntry]]:
    """The goals in an order in which what stands above comes first; those in a circle as written, to be refused."""
    here = {entry.code for _line, entry in entries}
    done: set[str] = set()
    left, found = list(entries), []
    while left:
        ready = [one for one in left if one[1].below not in here - done]
        for one in ready or left:
            found.append(one)
            done.add(one[1].code)
        left = [one for one in left if one not in found]
    return found


def _fill(goal: Goal, entry: GoalEntry, goals: dict[str, Goal]) -> None:
    name = entry.name if isinstance(entry.name, Name) else Name(entry.name)
    goal.name_id, goal.name_en = name.id, name.en
    goal.parent = _above(entry.below, goals) if entry.below else None
    goal.owner = _post(entry.owner) if entry.owner else None
    goal.weight, goal.rollup, goal.direction = entry.weight, entry.rollup, entry.better
    goal.indicator, goal.region = entry.indicator, entry.region
    goal.target, goal.limit, goal.due, goal.ended = entry.target, entry.limit, entry.due, None


def _above(code: str, goals: dict[str, Goal]) -> Goal:
    if code not in goals:
        raise Faulty([Sentence("there is no goal “%(code)s” to stand below: write it in this file", code=code)])
    return goals[code]


def _post(title: str) -> Post:
    post = Post.objects.filter(title=title, active=True).order_by("pk").first()
    if post is None:
        raise Faulty([Sentence("there is no post “%(title)s”: add it on the page of posts, or correct the title", title=title)])
    return post


def as_file() -> str:
    """The goals that count now, as `parse` takes them."""
    left_out = msgspec.structs.asdict(GoalEntry("", ""))
    found = []
    for goal in current():
        entry = GoalEntry(
            goal.code,
            Name(goal.name_id, goal.name_en),
            goal.parent.code if goal.parent else "",
            goal.weight,
            _rollup(goal),
            goal.owner.title if goal.owner else "",
            goal.indicator,
            goal.region,
            "down" if goal.direction == "down" else "up",
            goal.target,
            goal.limit,
            goal.due,
        )
        told: dict[str, Any] = {key: value for key, value in msgspec.structs.asdict(entry).items() if value != left_out[key]}
        told["name"] = {"id": goal.name_id, "en": goal.name_en} if goal.name_en else goal.name_id
        found.append({"code": goal.code, **told})
    return yaml.safe_dump({"goals": found}, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)


def _rollup(goal: Goal) -> Literal["worst", "weighted"]:
    return "weighted" if goal.rollup == "weighted" else "worst"
