"""How a procedure is written and read, and how its steps stand at a moment. Pure: `now` is an argument."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
SPAN = re.compile(r"(\d{1,7})([smhd])")
# A step that is due in so many years has no limit: write none.
LONGEST_S = 10 * 365 * 86_400
UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
KEYS = {"code", "name", "severity", "opening", "figures", "roles", "steps"}
STEP_KEYS = {"code", "do", "role", "within", "yields", "early"}
MOST_STEPS = 60

Told = dict[str, str]


class WrongProcedure(ValueError):
    """A declaration that cannot be read; `problems` names every fault in a sentence."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True)
class Step:
    """One step: what to do, who does it, within how many seconds after the opening (None: no limit), and what it produces.

    The `early` steps together are the early response that 7-1-7 asks about.
    """

    code: str
    do: Told
    role: str
    within_s: int | None
    yields: Told
    early: bool


@dataclass(frozen=True)
class Procedure:
    """A kind of incident: its name, how bad it usually is, how its title begins, the figures to look at, roles and steps."""

    code: str
    name: Told
    severity: str
    opening: Told
    figures: tuple[str, ...]
    roles: dict[str, Told]
    steps: tuple[Step, ...]


def say(told: Mapping[str, str], language: str) -> str:
    """The words in a language, else in Indonesian."""
    return told.get("en" if language.startswith("en") else "id") or told.get("id", "")


def seconds_of(text: object) -> int | None:
    """`15m`, `2h`, `1d`, `30s` in seconds, at most ten years; None when it is none of these."""
    found = SPAN.fullmatch(str(text).strip())
    seconds = int(found[1]) * UNIT_S[found[2]] if found else None
    return None if seconds is None or seconds > LONGEST_S else seconds


def span_of(seconds: int | None) -> str:
    """Seconds as people write them here: `15m`, `2h`; '' without a limit."""
    if seconds is None:
        return ""
    unit = next(unit for unit, size in reversed(UNIT_S.items()) if seconds % size == 0)
    return f"{seconds // UNIT_S[unit]}{unit}"


def _told(value: object, where: str, problems: list[str], *, optional: bool = False) -> Told:
    """A text, or `{id: …, en: …}`."""
    if isinstance(value, str) and value.strip():
        return {"id": value.strip()[:400]}
    if isinstance(value, dict) and set(value) <= {"id", "en"} and all(isinstance(one, str) for one in value.values()) and value.get("id"):
        return {language: text.strip()[:400] for language, text in value.items()}
    if not (optional and value is None):
        problems.append(f"{where}: write a text, or {{id: …, en: …}} with at least id.")
    return {}


def read(given: object) -> Procedure:
    """A procedure from its YAML. Raises WrongProcedure with every fault."""
    problems: list[str] = []
    if not isinstance(given, dict):
        raise WrongProcedure(["A procedure is a mapping with code, name and steps."])
    if unknown := sorted(str(key) for key in set(given) - KEYS):
        problems.append(f"Unknown keys: {', '.join(unknown)}. Known are {', '.join(sorted(KEYS))}.")
    code = str(given.get("code", ""))
    if not CODE.fullmatch(code):
        problems.append("code: small letters, digits and -, at most 40.")
    severity = str(given.get("severity", "Moderate"))
    if severity not in SEVERITIES:
        problems.append(f"severity: one of {', '.join(SEVERITIES)}.")
    figures = given.get("figures", [])
    if not isinstance(figures, list) or not all(isinstance(one, str) for one in figures):
        problems.append("figures: a list of indicator codes.")
        figures = []
    name = _told(given.get("name"), "name", problems)
    opening = _told(given.get("opening"), "opening", problems, optional=True) or name
    roles = _roles(given.get("roles", {}), problems)
    steps = _steps(given.get("steps"), roles, problems)
    if problems:
        raise WrongProcedure([f"{code or 'procedure'}: {problem}" for problem in problems])
    return Procedure(code, name, severity, opening, tuple(figures), roles, steps)


def _roles(given: object, problems: list[str]) -> dict[str, Told]:
    if not isinstance(given, dict):
        problems.append("roles: a mapping of code to name.")
        return {}
    return {str(code): _told(name, f"roles.{code}", problems) for code, name in given.items()}


def _steps(given: object, roles: Mapping[str, Told], problems: list[str]) -> tuple[Step, ...]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST_STEPS:
        problems.append(f"steps: a list of 1 to {MOST_STEPS} steps.")
        return ()
    found = [step for number, one in enumerate(given, 1) if (step := _step(one, number, roles, problems))]
    codes = [step.code for step in found]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        problems.append(f"steps: the code {', '.join(twice)} stands twice.")
    return tuple(found)


def _step(given: object, number: int, roles: Mapping[str, Told], problems: list[str]) -> Step | None:
    where = f"step {number}"
    if not isinstance(given, dict):
        problems.append(f"{where}: a mapping with code and do.")
        return None
    if unknown := sorted(str(key) for key in set(given) - STEP_KEYS):
        problems.append(f"{where}: unknown keys {', '.join(unknown)}.")
    code, role = str(given.get("code", "")), str(given.get("role", ""))
    if not CODE.fullmatch(code):
        problems.append(f"{where}: code is small letters, digits and -, at most 40.")
    if role and role not in roles:
        problems.append(f"{where}: the role {role} is not among roles.")
    within = given.get("within")
    within_s = seconds_of(within) if within is not None else None
    if within is not None and within_s is None:
        problems.append(f"{where}: within is a number with s, m, h or d, such as 15m.")
    do = _told(given.get("do"), f"{where} do", problems)
    yields = _told(given.get("yields"), f"{where} yields", problems, optional=True)
    return Step(code, do, role, within_s, yields, given.get("early") is True)


def as_definition(procedure: Procedure) -> dict[str, Any]:
    """The procedure as it is kept: what `read` takes, times in seconds."""
    steps = [
        {
            "code": s.code,
            "do": s.do,
            "role": s.role,
            "within": None if s.within_s is None else f"{s.within_s}s",
            "yields": s.yields or None,
            "early": s.early,
        }
        for s in procedure.steps
    ]
    return {
        "code": procedure.code,
        "name": procedure.name,
        "severity": procedure.severity,
        "opening": procedure.opening,
        "figures": list(procedure.figures),
        "roles": procedure.roles,
        "steps": [{key: value for key, value in step.items() if value is not None} for step in steps],
    }


WAITING, DONE, SKIPPED, LATE = "waiting", "done", "skipped", "late"


@dataclass(frozen=True)
class Mark:
    """What somebody said of a step: done, or left out with a reason (`skipped`)."""

    step: str
    state: str
    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class Standing:
    """A step at a moment: `waiting`, `late` (its time has run out), `done` or `skipped`. `in_time` is None without a limit or before it."""

    step: Step
    state: str
    due: datetime | None
    mark: Mark | None
    in_time: bool | None


def standings(steps: Iterable[Step], marks: Iterable[Mark], opened: datetime, now: datetime) -> list[Standing]:
    """How every step stands, in the order of the procedure."""
    said = {mark.step: mark for mark in marks}
    return [_standing(step, said.get(step.code), opened, now) for step in steps]


def _standing(step: Step, mark: Mark | None, opened: datetime, now: datetime) -> Standing:
    due = None if step.within_s is None else opened + timedelta(seconds=step.within_s)
    if mark is not None:
        return Standing(step, mark.state, due, mark, None if due is None or mark.state == SKIPPED else mark.at <= due)
    return Standing(step, LATE if due is not None and now > due else WAITING, due, None, False if due is not None and now > due else None)
