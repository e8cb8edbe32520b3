"""The form: last values, a verdict on every field, one delivery however often it is sent; and the address that refreshes."""

import base64
from collections.abc import Iterator

import pytest
from django.test import Client

from pendopo.agencies.actions.tokens import new_token
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.indicators.entry.typed import TwoReadings, number_of
from pendopo.indicators.models import Delivery, Indicator
from pendopo.indicators.tests.yard import Yard, lay_out

AT = {"region": "35.16.01", "at": "2026-01-01T07:00"}


@pytest.fixture
def yard(transactional_db: None) -> Iterator[Yard]:
    """A small yard."""
    yield lay_out()


@pytest.fixture
def budi(yard: Yard) -> Person:
    """Steward of the source's agency."""
    return person_in_post("budi@psda.test", "Budi", Role.STEWARD, agency=yard.source.agency)


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("12,5", 12.5), ("1.234.567", 1234567), ("1.234,5", 1234.5), ("0.25", 0.25), (" ", None)]
)
def test_numbers_as_typed(text: str, value: float | None) -> None:
    """With a comma or a point."""
    assert number_of(text) == value


def test_a_number_with_two_readings_is_not_taken() -> None:
    """1.234 is a thousand to one person and one and a bit to another."""
    with pytest.raises(TwoReadings):
        number_of("1.234")
    with pytest.raises(ValueError, match="dua"):
        number_of("dua")


def field(code: str) -> str:
    """The name of an indicator's input."""
    return f"value_{Indicator.objects.get(code=code).pk}"


def test_figures_by_form(yard: Yard, budi: Person) -> None:
    """Tried without a trace, taken once however often it is sent, and shown as the last value afterwards."""
    client = signed_in(budi)
    typed = {**AT, field("level"): "99", field("free"): "3,5", field("cases"): "x", "once": "abc"}
    tried = client.post("/entry/psda", {**typed, "do": "try"}).json()
    assert {name: verdict["state"] for name, verdict in tried.items()} == {
        field("level"): "attention",
        field("free"): "well",
        field("cases"): "danger",
    }
    client.post("/entry/psda", typed)
    assert not Delivery.objects.exists()
    typed[field("cases")] = ""
    for _again in range(2):
        client.post("/entry/psda", typed)
    delivery = Delivery.objects.get()
    assert (delivery.way, delivery.by, delivery.accepted, delivery.quarantined) == ("form", budi, 1, 1)
    page = client.get("/entry/psda", AT).content.decode()
    assert "3,5" in page and ">99<" not in page and 'value="99"' not in page


def test_yesterdays_numbers_typed_again_are_told_and_taken(yard: Yard, budi: Person) -> None:
    """All of at least six, of the period just before: a sentence at every field and after sending. One new number, a day left out, or
    only zeros: nothing."""
    for number in range(6):
        made = Indicator.objects.create(
            code=f"a{number}", name_id=f"A{number}", every="1d", grace="1h", level="district", publicity="public"
        )
        made.sources.add(yard.source)
    client = signed_in(budi)

    def form(day: str, *values: int) -> dict[str, str]:
        given = {field(f"a{number}"): str(value) for number, value in enumerate(values)}
        return {"region": "35.16.01", "at": day, "once": f"{day} {values}", **given}

    def tried(day: str, *values: int) -> set[tuple[str, bool]]:
        answer = client.post("/entry/psda", {**form(day, *values), "do": "try"}).json()
        return {(one["state"], "diketik lagi" in one["text"]) for one in answer.values()}

    client.post("/entry/psda", form("2026-01-01", 1, 2, 3, 4, 5, 0))
    assert tried("2026-01-02", 1, 2, 3, 4, 5, 0) == {("attention", True)}
    assert tried("2026-01-02", 1, 2, 3, 4, 5, 1) == {("well", False)}
    assert tried("2026-01-02", 1, 2, 3, 4, 5) == {("well", False)}
    assert tried("2026-01-03", 1, 2, 3, 4, 5, 0) == {("well", False)}
    page = client.post("/entry/psda", form("2026-01-02", 1, 2, 3, 4, 5, 0)).content.decode()
    assert "diketik lagi" in page
    assert Delivery.objects.latest("id").accepted == 6
    client.post("/entry/psda", form("2026-01-03", 0, 0, 0, 0, 0, 0))
    assert tried("2026-01-04", 0, 0, 0, 0, 0, 0) == {("well", False)}


def test_what_is_no_longer_kept_is_refused_at_its_field(yard: Yard, budi: Person) -> None:
    """The rows of that time are gone, so a number cannot be placed."""
    Indicator.objects.filter(code="free").update(keep="1y", raw_since="2026-01-01T00:00:00Z")
    asked = {"region": "35.16.01", "at": "2020-01-01T07:00", field("free"): "2", "do": "try"}
    (verdict,) = signed_in(budi).post("/entry/psda", asked).json().values()
    assert verdict["state"] == "danger" and "tidak disimpan lagi" in verdict["text"]


def test_an_address_that_excel_refreshes(yard: Yard, budi: Person) -> None:
    """By token in the address, by Basic, by key; a wrong one is asked for a password, and the columns never change."""
    signed_in(budi).post("/entry/psda", {**AT, field("free"): "2", "once": "a"})
    Indicator.objects.filter(code="free").update(publicity="agency")
    _token, secret = new_token(person=budi, by=budi)
    stranger = Client()
    basic = base64.b64encode(f"budi:{secret}".encode()).decode()
    answers = [
        stranger.get("/refresh.csv", {"indicator": "free", "token": secret}),
        stranger.get("/refresh.csv", {"indicator": "free"}, headers={"authorization": f"Basic {basic}"}),
        stranger.get("/refresh.csv", {"source": "psda", "from": "2026-01-01"}, headers={"authorization": f"Bearer {yard.key}"}),
    ]
    for answer in answers:
        lines = b"".join(answer).decode().splitlines()  # type: ignore[call-overload]
        assert lines[0] == "indicator,region,at,value,quality,source,known_since,dims,note"
        assert lines[1].startswith("free,35.16.01,2026-01-01T00:00:00Z,2.0,ok,psda,")
    for wrong in ({"indicator": "free"}, {"indicator": "free", "token": "pdt_wrong"}, {}):
        answer = stranger.get("/refresh.csv", wrong)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert signed_in(budi).get("/refresh.csv", {"indicator": "free", "from": "kemarin"}).status_code == 400
