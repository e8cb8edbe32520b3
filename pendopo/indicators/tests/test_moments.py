"""The time machine: what was said between two moments, why a figure moved, the ticks, and pages as of then."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.latest import figures
from pendopo.indicators.models import Delivery, Indicator, Way
from pendopo.indicators.moments.changes import kind_of
from pendopo.indicators.moments.ticks import STEPS, ticks
from pendopo.indicators.moments.why import Pair, reasons

from .yard import DISTRICTS, Yard, lay_out

pytestmark = pytest.mark.django_db
HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)


@pytest.fixture
def yard() -> Iterator[Yard]:
    forget_known()
    yield lay_out()


def send(yard: Yard, *rows: tuple[str, str, datetime, float | None], note: str = "") -> datetime:
    """One delivery; gives its stamp."""
    sent = [Observation(code, region, at.isoformat(), value, note=note) for code, region, at, value in rows]
    receipt = take_delivery(source=yard.source, rows=sent, digest="0" * 64, way=Way.API)
    assert receipt.accepted + receipt.flagged == len(rows), receipt.problems
    return Delivery.objects.latest("id").known_since


def pair(code: str, region: str, before: datetime, after: datetime) -> Pair:
    found = Indicator.objects.get(code=code)
    (a,), (b,) = (figures([found], [region], as_of=at) for at in (before, after))
    return Pair(found, a, b)


@pytest.mark.parametrize(
    ("known", "before", "value", "kind"),
    [
        (False, None, 1.0, "arrived"),
        (True, 1.0, 2.0, "corrected"),
        (True, 1.0, 1.0, "noted"),
        (True, 1.0, None, "retracted"),
        (True, None, 2.0, "restored"),
        (False, None, None, "retracted"),
    ],
)
def test_what_a_word_does(known: bool, before: float | None, value: float | None, kind: str) -> None:
    assert kind_of(known, before, value) == kind


def test_the_api_tells_report_correction_and_retraction_with_what_was_before(yard: Yard, client: Client) -> None:
    start = timezone.now()
    send(yard, ("free", "35.16", HOUR, 1.0))
    middle = send(yard, ("free", "35.16", HOUR, 1.5), note="salah ketik")
    send(yard, ("free", "35.16", HOUR, None), note="alat rusak")
    query = {"indicator": "free", "from": start.isoformat()}
    items = client.get("/api/v1/changes", query).json()["items"]
    assert [(one["kind"], one["value"], (one["before"] or {}).get("value")) for one in items] == [
        ("arrived", 1.0, None),
        ("corrected", 1.5, 1.0),
        ("retracted", None, 1.5),
    ]
    assert items[1]["note"] == "salah ketik" and items[1]["before"]["delivery"] == items[0]["delivery"]
    later = client.get("/api/v1/changes", {**query, "from": middle.isoformat()}).json()["items"]
    assert [one["kind"] for one in later] == ["retracted"], "from is exclusive"
    until = client.get("/api/v1/changes", {**query, "to": middle.isoformat()}).json()["items"]
    assert [one["kind"] for one in until] == ["arrived", "corrected"], "to is inclusive"


def test_the_api_pages_without_gap_or_repeat(yard: Yard, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pendopo.indicators.api_changes.PAGE", 2)
    monkeypatch.setattr("pendopo.indicators.api_changes.SERIES_AT_A_TIME", 2)
    start = timezone.now().isoformat()
    for value in (1.0, 2.0):
        send(yard, *[("cases", region, HOUR, value) for region in DISTRICTS[:3]])
    seen, cursor = [], None
    while True:
        page = client.get("/api/v1/changes", {"indicator": "cases", "from": start, **({"cursor": cursor} if cursor else {})}).json()
        seen += [(one["region"], one["value"]) for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [(region, value) for region in DISTRICTS[:3] for value in (1.0, 2.0)]


@pytest.mark.parametrize("query", [{"from": "x"}, {"from": "2026-01-02", "to": "2026-01-01"}, {"from": "2026-01-01", "cursor": "x"}])
def test_the_api_refuses_with_a_sentence(yard: Yard, client: Client, query: dict[str, str]) -> None:
    answer = client.get("/api/v1/changes", {"indicator": "free", **query})
    assert answer.status_code == 422 and answer.json()["detail"].endswith((".", "Z."))


def test_a_correction_is_the_reason_and_names_its_delivery(yard: Yard, rani: Person) -> None:
    before = send(yard, ("free", "35.16", HOUR, 1.0))
    after = send(yard, ("free", "35.16", HOUR, 1.5), note="salah ketik")
    (why,) = reasons([pair("free", "35.16", before, after)], before, after, rani)
    (reason,) = why.reasons
    assert (reason.change.kind, reason.change.before, reason.change.value, reason.change.note) == ("corrected", 1.0, 1.5, "salah ketik")
    assert reason.delivery.known_since == after and reason.is_open and reason.place == ""


def test_a_retraction_is_the_reason_that_an_older_value_stands(yard: Yard, rani: Person) -> None:
    before = send(yard, ("free", "35.16", HOUR - timedelta(hours=1), 1.0), ("free", "35.16", HOUR, 2.0))
    after = send(yard, ("free", "35.16", HOUR, None), note="alat rusak")
    moved = pair("free", "35.16", before, after)
    assert (moved.before.value, moved.after.value, moved.amount) == (2.0, 1.0, -1.0)
    (why,) = reasons([moved], before, after, rani)
    assert [(reason.change.kind, reason.change.note) for reason in why.reasons] == [("retracted", "alat rusak")]


def test_a_roll_up_names_the_child_that_arrived_and_sums_of_unequally_many_are_not_compared(yard: Yard, rani: Person) -> None:
    before = send(yard, ("cases", DISTRICTS[0], HOUR, 10.0))
    after = send(yard, ("cases", DISTRICTS[1], HOUR, 20.0))
    moved = pair("cases", "35.16", before, after)
    assert (moved.before.value, moved.after.value, moved.amount, moved.same) == (10.0, 30.0, None, False)
    (why,) = reasons([moved], before, after, rani)
    (reason,) = why.reasons
    assert (reason.change.kind, reason.change.series.region_id, reason.change.value) == ("arrived", DISTRICTS[1], 20.0)
    assert reason.place


def test_who_may_not_open_deliveries_is_not_told_who(yard: Yard, camat: Person) -> None:
    before = send(yard, ("free", "35.16", HOUR, 1.0))
    after = send(yard, ("free", "35.16", HOUR, 1.5))
    (why,) = reasons([pair("free", "35.16", before, after)], before, after, camat)
    assert not why.reasons[0].is_open


def test_ticks_tell_deliveries_from_corrections_and_hide_what_is_closed(yard: Yard) -> None:
    first = send(yard, ("free", "35.16", HOUR, 1.0))
    second = send(yard, ("free", "35.16", HOUR, 1.5))
    since, until = first - timedelta(microseconds=1), second + timedelta(microseconds=1)
    found = ticks(AnonymousUser(), ["free"], since, until)
    assert (found[0].step, sum(tick.deliveries for tick in found), sum(tick.corrections for tick in found)) == (0, 2, 1)
    assert found[-1].step == STEPS - 1 and found[-1].corrections == 1
    assert ticks(AnonymousUser(), ["free"], second + timedelta(seconds=1), second + timedelta(seconds=2)) == []
    Indicator.objects.update(publicity="agency")
    assert ticks(AnonymousUser(), ["free"], since, until) == []


def test_the_pages_show_what_was_known_then(yard: Yard, rani: Person, client: Client) -> None:
    before = send(yard, ("free", "35.16", HOUR, 1111.0))
    send(yard, ("free", "35.16", HOUR, 2222.0))
    for path, browser in (("/", client), ("/indicators/free", signed_in(rani)), ("/figures/free/35.16", signed_in(rani))):
        then = browser.get(path, {"as_of": before.isoformat()}).content.decode()
        now = browser.get(path).content.decode()
        assert "Keadaan yang diketahui pada" in then and "Kembali ke sekarang" in then and "<pd-live" not in then, path
        assert 'rel="next"' in then and "Kembali ke sekarang" not in now, path
        assert "1.111" in then and "2.222" not in then and "2.222" in now, path
        future = browser.get(path, {"as_of": "2199-01-01T00:00"}).content.decode()
        assert "Kembali ke sekarang" not in future, "a moment that has not come is now"
    assert client.get("/", {"as_of": "kemarin"}).status_code == 400


def test_moments_answers_the_slider(yard: Yard, client: Client) -> None:
    send(yard, ("free", "35.16", HOUR, 1.0))
    until = (timezone.now() + timedelta(seconds=1)).isoformat()
    told = client.get("/moments", {"indicators": "free", "until": until}).json()
    assert told["steps"] == STEPS and sum(tick[1] for tick in told["ticks"]) == 1
    assert client.get("/moments", {"since": until, "until": until}).status_code == 400
