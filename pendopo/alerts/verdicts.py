"""What is said of one thing at one time: bad or well. Rules say it, and systems outside. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


def fingerprint(kind: str, code: str, region: str = "", dims: Mapping[str, str] | None = None) -> str:
    """The name of one thing that can be bad: a rule (or a source outside) with its code, in a region, with its dims."""
    text = json.dumps([kind, code, region, sorted((dims or {}).items())], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class About:
    """What is judged, as an alert shows it. `group` is the word by which alerts are grouped.

    `again_s`: bad again so soon after it ended, it is the same alert.
    """

    name: str
    region: str
    severity: str
    group: str
    rule: int | None = None
    source: int | None = None
    indicator: str = ""
    dims: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    again_s: float = 600.0
    exercise: bool = False


@dataclass(frozen=True)
class Verdict:
    """`hot`: it is bad as of `at` (the clock of who says it). `size` orders how bad; `value` is the figure, None where there is none.

    `severity` overrides that of `about`, for rules with levels.
    """

    fingerprint: str
    hot: bool
    at: datetime
    about: About
    value: float | None = None
    size: float = 0.0
    reason: str = ""
    severity: str = ""
    started: datetime | None = None

    @property
    def how_bad(self) -> str:
        """The severity it is told with."""
        return self.severity or self.about.severity
