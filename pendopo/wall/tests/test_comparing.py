"""A board at two moments: what differs, by how much, because of which delivery; and the bar of the time machine on a board."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.indicators.models import Delivery
from pendopo.wall.actions import load_board

from . import river

pytestmark = pytest.mark.usefixtures("regency")


def board(*codes: str) -> None:
    tiles = [{"kind": "number", "indicator": code} for code in codes]
    load_board(definition={"code": "own", "title": "Sendiri", "tiles": tiles}, by=None)


def stamp() -> str:
    return Delivery.objects.latest("id").known_since.isoformat()


def changes(person: Person, since: str, to: str = "") -> str:
    answer = signed_in(person).get("/wall/own/changes", {"from": since, **({"to": to} if to else {})})
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_correction_is_told_with_old_new_and_delivery(rani: Person) -> None:
    at = timezone.now() - timedelta(minutes=30)
    river.indicator("level", level="regency", rollup="none")
    river.indicator("steady", level="regency", rollup="none")
    board("level", "steady")
    river.send("level", {"35.16": 1000.0}, at=at)
    river.send("steady", {"35.16": 5.0}, at=at)
    first = stamp()
    river.send("level", {"35.16": 1250.0}, at=at)
    html = changes(rani, first)
    assert "1 angka berubah" in html and "1 angka tetap sama" in html
    assert "<s>1.000</s> → <b>1.250</b>" in html and "Dibetulkan" in html and "25,0 %" in html
    assert f"#{Delivery.objects.latest('id').pk}</a>" in html
    assert "Tidak ada yang berbeda" in changes(rani, stamp())


def test_a_report_that_arrived_is_named_with_its_place(rani: Person) -> None:
    at = timezone.now() - timedelta(minutes=30)
    river.indicator("cases")
    board("cases")
    one, two = river.districts()[:2]
    river.send("cases", {one: 10.0}, at=at)
    first = stamp()
    river.send("cases", {two: 20.0}, at=at)
    html = changes(rani, first)
    assert "Laporan masuk" in html and "tidak dapat dibandingkan" in html
    assert html.count('<li class="arrived">') == 1


def test_queries_do_not_grow_with_the_figures(rani: Person) -> None:
    at = timezone.now() - timedelta(minutes=30)
    costs = []
    for count in (2, 12):
        for number in range(count):
            river.indicator(f"i{number}", level="regency", rollup="none")
            river.send(f"i{number}", {"35.16": 1.0 + count}, at=at)
        board(*[f"i{number}" for number in range(count)])
        first = (timezone.now() - timedelta(days=1)).isoformat()
        changes(rani, first)
        with CaptureQueriesContext(connection) as asked:
            changes(rani, first)
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 45, costs


def test_the_bar_leads_from_delivery_to_delivery_and_to_the_comparison(rani: Person) -> None:
    at = timezone.now() - timedelta(minutes=30)
    river.indicator("level", level="regency", rollup="none")
    board("level")
    stamps = []
    for value in (1.0, 2.0, 3.0):
        river.send("level", {"35.16": value}, at=at)
        stamps.append(stamp().replace("+00:00", "Z"))
    html = signed_in(rani).get("/wall/own", {"as_of": stamps[1]}).content.decode()
    quoted = [text.replace(":", "%3A") for text in stamps]
    assert f'href="/wall/own?as_of={quoted[0]}" rel="prev"' in html
    assert f'href="/wall/own?as_of={quoted[2]}" rel="next"' in html
    assert 'href="/wall/own/changes?from=' in html and 'type="datetime-local"' in html


@pytest.mark.parametrize("query", [{"from": "2026-02-01", "to": "2026-01-01"}, {"from": "x"}])
def test_moments_the_wrong_way_round_are_refused(rani: Person, query: dict[str, str]) -> None:
    board("level")
    assert signed_in(rani).get("/wall/own/changes", query).status_code == 400
