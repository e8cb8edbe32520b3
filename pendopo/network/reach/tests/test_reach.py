"""Availability of agencies, sites and links: who is reached while one of its parts is, what is left out, who disputes and who decides."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pendopo.agencies.actions import Refused, ensure_agency
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Source, Way
from pendopo.network.actions import declare
from pendopo.network.figures.reading import available
from pendopo.network.measures import Interval, Stretch, availability, cut_out
from pendopo.network.models import Dispute, Link, Site, State, Verdict
from pendopo.network.reach.actions import decide_dispute, dispute, may_dispute
from pendopo.network.reach.logic import Track, any_of, of_link
from pendopo.network.reach.reading import read
from pendopo.network.tests.yard import lay_network
from pendopo.regions.models import Region

START = datetime(2026, 11, 23, tzinfo=UTC)
HORIZON = 120


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def stretches(words: list[bool | None]) -> tuple[Stretch, ...]:
    """A word a minute as stretches."""
    return tuple(Stretch(at(minute), at(minute + 1), up) for minute, up in enumerate(words) if up is not None)


def by_minute(known: tuple[Stretch, ...]) -> list[bool | None]:
    """The opposite."""
    return [next((one.up for one in known if one.begin <= at(minute) < one.end), None) for minute in range(HORIZON)]


words = st.lists(st.sampled_from([True, False, None]), min_size=HORIZON, max_size=HORIZON)
holes = st.lists(st.tuples(st.integers(0, HORIZON), st.integers(1, 40)), max_size=3)


@given(st.lists(st.tuples(words, holes), min_size=1, max_size=4))
def test_a_thing_of_several_minute_by_minute(parts: list[tuple[list[bool | None], list[tuple[int, int]]]]) -> None:
    tracks = [Track(stretches(told), tuple((at(a), at(a + b)) for a, b in cut)) for told, cut in parts]
    found = any_of(tracks)
    known = by_minute(found.known)
    for minute in range(HORIZON):
        left = [any(a <= minute < a + b for a, b in cut) for _told, cut in parts]
        said = [told[minute] for (told, _cut), out in zip(parts, left, strict=True) if not out]
        expected = True if True in said else None if any(left) else False if False in said else None
        assert known[minute] is expected
        assert any(a <= at(minute) < b for a, b in found.left_out) is (True not in said and any(left))


def test_a_link_by_its_ends_and_else_by_its_devices() -> None:
    up, down = [Stretch(at(0), at(10), True)], [Stretch(at(0), at(10), False)]
    assert of_link([up, []], [up, down]) == (Stretch(at(0), at(10), True),), "the line is up, the device behind it is dead"
    assert of_link([up, down], [up, up]) == (Stretch(at(0), at(10), False),)
    assert of_link([[], []], [up, up])[0].up and not of_link([[], []], [up, down])[0].up
    assert of_link([[], []], [down, down]) == ()
    half = of_link([[Stretch(at(0), at(4), False)], []], [up, up])
    assert half == (Stretch(at(0), at(4), False), Stretch(at(4), at(10), True))


def test_what_is_left_out_counts_neither_way() -> None:
    told = stretches([True] * 60 + [False] * 30 + [True] * 30)
    counted: list[Interval] = [(at(0), at(HORIZON))]
    whole = any_of([Track(told)])
    part = any_of([Track(told, ((at(60), at(80)),))])
    assert availability(whole.known, counted).lost_s == 1800
    found = availability(part.known, cut_out(counted, part.left_out))
    assert (found.reached_s, found.lost_s, found.unknown_s) == (5400, 600, 0)


@pytest.fixture
def day(regency: Region) -> Iterator[datetime]:
    """Two hours of a day, three days ago: Dinkes is away for twenty minutes from the second hour on, everybody else is there."""
    lay_network()
    declare()
    begin = timezone.localtime(timezone.now() - timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
    rows = [
        Observation("net.up", "35.16.13", (begin + timedelta(minutes=minute)).isoformat(), value, dims={"device": device})
        for minute in range(120)
        for device, value in (("core", 1.0), ("r-dinkes", float(not 60 <= minute < 80)), ("r-bpbd", 1.0))
    ]
    forget_known()
    done = take_delivery(source=Source.objects.get(code="pendopo"), rows=rows, digest="d" * 64, way=Way.SYSTEM)
    assert done.accepted == len(rows), done
    yield begin


def shares(reader: Person, begin: datetime) -> dict[str, float | None]:
    """Availability by code of agency, site, link; around the clock."""
    span = (begin, begin + timedelta(hours=3))
    picture = read(reader, *span)
    return {code: one.within([span]).share for kind in (picture.agencies, picture.sites, picture.links) for code, one in kind.items()}


def test_a_dispute_is_left_out_until_another_person_refuses_it(day: datetime, rani: Person, budi: Person) -> None:
    teknisi = person_in_post("teknisi@mojokerto.test", "Teknisi", Role.ENGINEER)
    code = ensure_agency("Dinas Kesehatan").code
    # The last sample stands for six minutes: 125 minutes are known, 20 of them lost.
    assert shares(rani, day)[code] == pytest.approx(105 / 125) and shares(rani, day)["core-dinkes"] == pytest.approx(105 / 125)
    end, all_of_it = day + timedelta(hours=3), pytest.approx(100 * (105 + 125 + 125) / (3 * 125))
    assert available(end) == all_of_it, "the figure on the wall is worked out in the same way"
    browser = signed_in(teknisi)
    query = f"since={day:%Y-%m-%d}&until={day:%Y-%m-%d}&hours=all"
    page = browser.get(f"/network/availability?of=agencies&{query}").content.decode()
    assert "84,000 %" in page
    local = [(day + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M") for minute in (60, 80)]
    asked = {"start": local[0], "end": local[1], "reason": "Listrik kantor padam, bukan jaringan."}
    assert browser.post(f"/network/availability/sites/dinkes/dispute?{query}", {**asked, "reason": " "}).status_code == 400
    assert browser.post(f"/network/availability/sites/dinkes/dispute?{query}", asked).status_code == 302
    assert shares(rani, day)[code] == 1.0 and shares(rani, day)["core-dinkes"] == pytest.approx(105 / 125), "of the site, not of the link"
    assert available(end) == 100.0
    report = browser.get(f"/network/availability/agencies/{code}?{query}").content.decode()
    assert "Listrik kantor padam" in report and "100,000 %" in report and "84,000 %" in report and "Teknisi" in report
    row = Dispute.objects.get()
    browser.post(f"/network/disputes/{row.pk}", {"verdict": "accept", "why": "Setuju."})
    row.refresh_from_db()
    assert row.verdict == Verdict.OPEN, "nobody decides the own dispute"
    assert signed_in(budi).post(f"/network/disputes/{row.pk}", {"verdict": "accept", "why": "Setuju."}).status_code == 403
    signed_in(rani).post(f"/network/disputes/{row.pk}", {"verdict": "refuse", "why": "UPS tidak dipasang."})
    row.refresh_from_db()
    assert row.verdict == Verdict.REFUSED and row.decided_by == rani and shares(rani, day)[code] == pytest.approx(105 / 125)
    assert available(end) == all_of_it
    with pytest.raises(Refused, match="sudah|already"):
        decide_dispute(row=row, accepted=True, why="Lagi.", by=rani)
    deeds = list(Entry.objects.filter(room="network", verb__in=["dispute", "decide_dispute"]).order_by("pk").values_list("verb", flat=True))
    assert deeds == ["dispute", "decide_dispute"]
    samples = browser.get(f"/network/availability/agencies/{code}/samples.csv?{query}").content.decode().splitlines()
    assert samples[0] == "figure,device,interface,at,value" and len(samples) == 121 and sum(line.endswith(",0.0") for line in samples) == 20


def test_the_provider_disputes_its_line_and_whom_it_alone_carries_is_left_out_too(day: datetime, rani: Person, budi: Person) -> None:
    partner = ensure_agency("PT Serat Mojo")
    asih = person_in_post("asih@serat.test", "Asih", Role.STEWARD, agency=partner)
    Link.objects.filter(code="core-dinkes").update(provider="PT Serat Mojo")
    line, other = Link.objects.get(code="core-dinkes"), Link.objects.get(code="core-bpbd")
    assert may_dispute(asih, line) and not may_dispute(asih, other) and not may_dispute(budi, line)
    assert may_dispute(budi, Site.objects.get(code="bpbd")) and not may_dispute(budi, Site.objects.get(code="dinkes"))
    span = (day + timedelta(minutes=60), day + timedelta(minutes=80))
    dispute(thing=line, start=span[0], end=span[1], reason="Galian pihak ketiga.", by=asih)
    code = ensure_agency("Dinas Kesehatan").code
    assert shares(rani, day)["core-dinkes"] == 1.0 and shares(rani, day)[code] == pytest.approx(105 / 125), "Dinkes has another way"
    Link.objects.filter(code="dinkes-bpbd").update(state=State.RETIRED)
    assert shares(rani, day)[code] == 1.0


def test_the_database_keeps_the_law_of_disputes(day: datetime, rani: Person) -> None:
    site = Site.objects.get(code="dinkes")
    with pytest.raises(Refused):
        dispute(thing=site, start=day + timedelta(hours=1), end=day, reason="x", by=rani)
    with pytest.raises(Refused):
        dispute(thing=site, start=day, end=timezone.now() + timedelta(hours=1), reason="x", by=rani)
    row = dispute(thing=site, start=day, end=day + timedelta(minutes=5), reason="x", by=rani)
    wrong = {"verdict": Verdict.ACCEPTED, "decided_by": rani, "decided_at": timezone.now()}
    with pytest.raises(IntegrityError, match="dispute_decided_by_another"), transaction.atomic():
        Dispute.objects.filter(pk=row.pk).update(**wrong)
    with pytest.raises(IntegrityError, match="dispute_decided_whole"), transaction.atomic():
        Dispute.objects.filter(pk=row.pk).update(verdict=Verdict.ACCEPTED)


def test_a_period_that_cannot_be_is_told_and_the_usual_one_is_shown(day: datetime, rani: Person) -> None:
    browser = signed_in(rani)
    for query in ("since=2026-01-02&until=2026-01-01", "since=2020-01-01&until=2026-01-01", "since=besok", "days=999999", "of=semua"):
        answer = browser.get(f"/network/availability?{query}")
        assert answer.status_code == 200 and "Ketersediaan" in answer.content.decode()
    assert browser.get("/network/availability?of=links&format=csv").content.decode().startswith("code,name,beside,share")
    assert browser.get("/network/availability/semua/core").status_code == 404
