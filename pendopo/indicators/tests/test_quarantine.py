"""Waiting rows: seen by their source's people, decided with a reason, once, and then figures or not."""

from datetime import UTC
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pendopo.agencies.models import Agency, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.indicators.actions import Receipt, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.evidence import check_deliveries
from pendopo.indicators.history import Question, page
from pendopo.indicators.models import Delivery, Indicator, KeptRow, Waiting, Way
from pendopo.indicators.quarantine.actions import Refused, accept, correct, discard

from .yard import DISTRICTS, Yard, lay_out, state

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = "2026-05-09T{:02d}:00:00Z"
ONE, TWO, THREE = DISTRICTS


@pytest.fixture
def yard() -> Yard:
    return lay_out()


@pytest.fixture
def wati(yard: Yard) -> Person:
    """Steward of the agency that sends."""
    return person_in_post("wati@mojokerto.test", "Wati", Role.STEWARD, agency=yard.source.agency)


@pytest.fixture
def joko(yard: Yard) -> Person:
    """Steward of another agency."""
    return person_in_post("joko@mojokerto.test", "Joko", Role.STEWARD, agency=Agency.objects.create(code="other", name="Other"))


def send(yard: Yard, *rows: tuple[Any, ...]) -> Receipt:
    return take_delivery(source=yard.source, rows=[Observation(*row) for row in rows], digest="0" * 64, way=Way.API)


def known(code: str = "level") -> list[tuple[str, str, float, str]]:
    found, _cursor = page(Question([Indicator.objects.get(code=code).pk]))
    return [(k.region, k.at.astimezone(UTC).strftime("%d %H"), k.value, k.quality) for k in found]


def waiting() -> list[int]:
    return list(KeptRow.objects.filter(state=Waiting.WAITING).order_by("pk").values_list("pk", flat=True))


def test_an_accepted_row_becomes_a_figure_of_the_chosen_quality_in_a_delivery_of_the_person(yard: Yard, wati: Person) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 25.0), ("level", TWO, HOUR.format(1), 26.0))
    assert known() == []
    decided = accept(rows=waiting(), reason="Gauge read by eye", by=wati, quality="suspect")
    assert (decided.done, decided.before) == (2, 0)
    assert known() == [(ONE, "09 01", 25.0, "suspect"), (TWO, "09 01", 26.0, "suspect")]
    made = Delivery.objects.get(way=Way.DECISION)
    assert (made.by, made.source, made.rows, made.flagged) == (wati, yard.source, 2, 2)
    row = KeptRow.objects.first()
    assert row is not None
    assert (row.state, row.decided_by, row.reason, row.outcome) == (Waiting.ACCEPTED, wati, "Gauge read by eye", made)
    (entry,) = Entry.objects.filter(verb="accepted")
    assert (entry.actor_id, len(entry.before["rows"]), entry.after["deliveries"]) == (wati.pk, 2, [made.pk])


def test_a_decision_asked_twice_changes_nothing_the_second_time(yard: Yard, wati: Person) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 25.0))
    rows = waiting()
    accept(rows=rows, reason="Read by eye", by=wati)
    before = state()
    for again in (accept(rows=rows, reason="Once more", by=wati), discard(rows=rows, reason="No", by=wati)):
        assert (again.done, again.before) == (0, 1)
    assert state() == before
    assert KeptRow.objects.get().reason == "Read by eye"
    assert Entry.objects.filter(verb__in=["accepted", "discarded"]).count() == 1


def test_a_discarded_row_is_kept_and_read_by_nobody(yard: Yard, wati: Person) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 500.0))
    discard(rows=waiting(), reason="Sensor in the workshop", by=wati)
    row = KeptRow.objects.get()
    assert (row.state, row.reason, row.raw["value"]) == (Waiting.DISCARDED, "Sensor in the workshop", 500.0)
    assert known() == [] and not waiting()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"value": 2.5}, (ONE, "09 01", 2.5, "ok")),
        ({"value": 2.5, "region": TWO}, (TWO, "09 01", 2.5, "ok")),
        ({"value": 2.5, "at": HOUR.format(3)}, (ONE, "09 03", 2.5, "ok")),
    ],
)
def test_a_correction_changes_value_region_or_time(yard: Yard, wati: Person, change: dict[str, Any], place: tuple[Any, ...]) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 2500.0))
    wanted = {"value": 2500.0, "region": ONE, "at": HOUR.format(1), **change}
    correct(row=waiting()[0], reason="Decimal comma", by=wati, **wanted)
    assert known() == [place]
    entry = Entry.objects.get(verb="corrected")
    assert entry.before["rows"][0]["sent"]["value"] == 2500.0 and entry.after["value"] == 2.5


@pytest.mark.parametrize("change", [{"value": 99.0}, {"region": "35.99"}, {"at": "yesterday"}, {"reason": " "}])
def test_a_correction_that_does_not_hold_is_refused_and_the_row_goes_on_waiting(yard: Yard, wati: Person, change: dict[str, Any]) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 2500.0))
    wanted = {"value": 2.5, "region": ONE, "at": HOUR.format(1), "reason": "Comma", **change}
    with pytest.raises(Refused):
        correct(row=waiting()[0], by=wati, **wanted)
    assert known() == [] and len(waiting()) == 1 and not Entry.objects.filter(verb="corrected")


def test_of_two_values_for_one_time_the_newest_is_taken_and_the_other_waits(yard: Yard, wati: Person) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 25.0))
    send(yard, ("level", ONE, HOUR.format(1), 26.0))
    decided = accept(rows=waiting(), reason="Flood", by=wati)
    assert (decided.done, decided.left) == (1, 1)
    assert [value for _r, _a, value, _q in known()] == [26.0]


def test_a_row_sent_again_is_not_listed_twice_and_cannot_undo_the_decision(yard: Yard, wati: Person) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 25.0))
    first = waiting()
    assert send(yard, ("level", ONE, HOUR.format(1), 25.0)).quarantined == 1
    assert waiting() == first
    accept(rows=first, reason="Flood", by=wati)
    send(yard, ("level", ONE, HOUR.format(1), 25.0))
    assert not waiting() and [value for _r, _a, value, _q in known()] == [25.0]
    assert [row.first_id for row in KeptRow.objects.filter(state=Waiting.REPEATED)] == [first[0], first[0]]


def test_an_accepted_value_judges_the_step_of_the_next_one_anew(yard: Yard, wati: Person) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 18.0), ("level", ONE, HOUR.format(2), 21.0), ("level", ONE, HOUR.format(3), 20.0))
    assert known()[-1][3] == "suspect"
    accept(rows=waiting(), reason="Flood", by=wati)
    assert [(value, quality) for _r, _a, value, quality in known()] == [(18.0, "ok"), (21.0, "ok"), (20.0, "ok")]


def test_what_was_decided_is_proven_by_the_book(yard: Yard, wati: Person, tmp_path: Any) -> None:
    take = send(yard, ("level", ONE, HOUR.format(1), 25.0))
    accept(rows=waiting(), reason="Flood", by=wati)
    assert take.quarantined == 1
    assert list(check_deliveries(tmp_path)) == [0]


def test_the_list_is_that_of_ones_own_sources_and_comes_as_csv(yard: Yard, wati: Person, joko: Person, rani: Person) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 25.0), ("level", TWO, HOUR.format(1), 2.0))
    for person, count in ((wati, 1), (joko, 0), (rani, 1)):
        lines = signed_in(person).get("/quarantine?format=csv").content.decode().splitlines()
        assert len(lines) == 1 + count, person
    assert "level,35.16.01,2026-05-09T01:00:00+00:00,25.0," in signed_in(wati).get("/quarantine?format=csv").content.decode()
    assert signed_in(joko).get(f"/quarantine/{waiting()[0]}").status_code == 404
    assert b"25" in signed_in(wati).get("/quarantine").content


def test_many_rows_are_decided_on_the_page_with_one_reason(yard: Yard, wati: Person, joko: Person) -> None:
    send(yard, *[("level", region, HOUR.format(hour), 30.0 + hour) for region in DISTRICTS for hour in range(3)])
    browser, rows = signed_in(wati), waiting()
    asked = browser.post("/quarantine", {"action": "discard", "selected": rows})
    assert asked.status_code == 200 and waiting() == rows
    assert browser.post("/quarantine/decide", {"action": "discard", "selected": rows, "reason": ""}).status_code == 422
    signed_in(joko).post("/quarantine/decide", {"action": "discard", "selected": rows, "reason": "Not mine"})
    assert waiting() == rows
    browser.post("/quarantine/decide", {"action": "discard", "selected": rows, "reason": "Calibration day"})
    assert not waiting()
    assert Entry.objects.filter(verb="discarded").count() == 1


def test_the_page_of_a_row_shows_why_beside_its_series_and_corrects_it(yard: Yard, wati: Person) -> None:
    send(yard, *[("level", ONE, HOUR.format(hour), 1.0 + hour / 10) for hour in range(6)], ("level", ONE, HOUR.format(6), 1600.0))
    browser, pk = signed_in(wati), waiting()[0]
    page = browser.get(reverse("indicators:waiting-row", args=[pk])).content.decode()
    assert "1.600" in page and "<svg" in page and 'class="stroke line2 waiting"' in page
    wrong = browser.post(f"/quarantine/{pk}", {"value": "160", "region": ONE, "at": HOUR.format(6), "quality": "ok", "reason": "Unit"})
    assert wrong.status_code == 422 and waiting() == [pk]
    browser.post(f"/quarantine/{pk}", {"value": "1.6", "region": ONE, "at": HOUR.format(6), "quality": "ok", "reason": "Unit"})
    assert known()[-1] == (ONE, "09 06", 1.6, "ok")
    assert "Unit" in browser.get(f"/quarantine/{pk}").content.decode()


def test_the_lists_questions_do_not_grow_with_its_rows(yard: Yard, wati: Person, django_assert_max_num_queries: Any) -> None:
    browser = signed_in(wati)
    send(yard, *[("level", region, HOUR.format(hour), 30.0 + hour) for region in DISTRICTS for hour in range(10)])
    with django_assert_max_num_queries(12):
        browser.get("/quarantine")


def test_the_api_lists_what_waits_to_those_who_decide(yard: Yard, wati: Person, joko: Person) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 25.0), ("level", TWO, HOUR.format(1), 30.0))
    (row,) = [row for row in signed_in(wati).get("/api/v1/quarantine").json()["items"] if row["value"] == 30.0]
    assert (row["source"], row["indicator"], row["region"], row["at"]) == ("psda", "level", TWO, "2026-05-09T01:00:00Z")
    assert row["code"] == "range" and row["state"] == "waiting" and row["decided"] is None
    assert signed_in(joko).get("/api/v1/quarantine").json() == {"items": [], "next": None}
    discard(rows=[row["id"]], reason="Sensor in the workshop", by=wati)
    with_key = Client(headers={"authorization": f"Bearer {yard.key}"})
    assert [found["value"] for found in with_key.get("/api/v1/quarantine").json()["items"]] == [25.0]
    (done,) = with_key.get("/api/v1/quarantine?state=discarded&source=psda").json()["items"]
    assert done["reason"] == "Sensor in the workshop"
    assert Client().get("/api/v1/quarantine").status_code == 401
    assert with_key.get("/api/v1/quarantine?cursor=x").status_code == 422
