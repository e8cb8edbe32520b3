"""Words for tests: one thing is bad or well at a minute of one evening."""

from datetime import UTC, datetime, timedelta

from pendopo.alerts.verdicts import About, Verdict, fingerprint

EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    """So many minutes into the evening."""
    return EVENING + timedelta(minutes=number)


def word(name: str, at: float, *, hot: bool = True, region: str = "35.16.13", severity: str = "Severe", **about: object) -> Verdict:
    """A word about `name`, of a minute of the evening."""
    what = About(name=name, region=region, severity=severity, group=str(about.pop("group", name)), **about)  # type: ignore[arg-type]
    return Verdict(fingerprint("test", name, region), hot, minute(at), what, value=at, size=at, reason=f"{name} at {at}")


def name_of(name: str, region: str = "35.16.13") -> str:
    """Its fingerprint."""
    return fingerprint("test", name, region)
