"""Any number opens to where it comes from, as it was known, and closed inputs stay closed."""

from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.utils.translation import override

from pendopo.agencies.models import Role
from pendopo.agencies.tests.people import PASSWORD, person_in_post
from pendopo.indicators.derivation.expressions import read
from pendopo.indicators.derivation.wording import formula_words
from pendopo.indicators.models import Indicator, Publicity

from .garden import INCIDENCE, ONE, TWO, day, declare, plant, send, settle_down

pytestmark = pytest.mark.django_db(transaction=True)


class Told(NamedTuple):
    """What the API answered."""

    status: int
    body: Any


def ask(query: str, key: str = "") -> Told:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    answer = Client().get(query if query.startswith("/") else f"/api/v1/lineage?{query}", headers=headers)
    return Told(answer.status_code, answer.json())


@pytest.fixture
def key() -> str:
    """Two corrected weeks of cases in one district, with their incidence."""
    yard = plant(incidence=INCIDENCE)
    send(("population", ONE, "2026-01-01", 1000.0))
    send(*[("cases", ONE, day(n), float(n)) for n in range(1, 10)], name="mei.csv")
    settle_down()
    send(("cases", ONE, day(9), 19.0))
    settle_down()
    return yard.key


def test_a_derived_figure_opens_to_its_inputs(key: str) -> None:
    found: dict[str, Any] = ask(f"indicator=incidence&region={ONE}", key).body
    assert (found["kind"], found["value"], found["proven"]) == ("derived", 5200.0, True)
    assert (found["formula"]["version"], found["formula"]["derived"]) == (1, INCIDENCE)
    assert [(row["indicator"], row["value"]) for row in found["inputs"]] == [
        *(("cases", float(n)) for n in range(3, 9)),
        ("cases", 19.0),
        ("population", 1000.0),
    ]
    assert [step["value"] for step in found["formula"]["steps"]["parts"]] == [52.0, 1000.0]
    assert [word["value"] for word in found["words"]] == [5200.0, 4200.0]
    assert {delivery["source"] for delivery in found["deliveries"]} == {"psda", "derived"}


def test_it_can_be_asked_as_it_was_known(key: str) -> None:
    before = ask(f"indicator=incidence&region={ONE}", key).body["words"][1]["known_since"]
    found: dict[str, Any] = ask(f"indicator=incidence&region={ONE}&as_of={before}", key).body
    assert (found["value"], found["proven"], len(found["words"])) == (4200.0, True, 1)
    assert [row["value"] for row in found["inputs"] if row["at"].startswith("2026-05-08")] == [9.0]


def test_a_time_picks_the_period_and_a_sent_figure_tells_its_words(key: str) -> None:
    assert ask(f"indicator=incidence&region={ONE}&at=2026-05-08").body["value"] == 3500.0
    found: dict[str, Any] = ask(f"indicator=cases&region={ONE}&at=2026-05-09").body
    assert (found["kind"], found["proven"], [word["value"] for word in found["words"]]) == ("sent", None, [19.0, 9.0])
    assert ask(f"indicator=cases&region={ONE}&at=2026-06-09").body["kind"] == "none"


def test_a_figure_that_stayed_the_same_shows_the_inputs_of_now(key: str) -> None:
    """A rank that a correction does not move has no newer row; its origin still shows what it is true for."""
    declare("place", {"rank": {"of": "cases", "coverage": 0.1}})
    settle_down()
    before = ask(f"indicator=place&region={ONE}").body
    send(("cases", ONE, day(9), 30.0))
    assert settle_down() == 1  # the incidence alone
    after = ask(f"indicator=place&region={ONE}").body
    assert [body["inputs"][0]["value"] for body in (before, after)] == [19.0, 30.0]
    assert before["known_since"] == after["known_since"] and after["proven"] is True
    then = ask(f"indicator=place&region={ONE}&as_of={before['known_since']}").body
    assert then["inputs"][0]["value"] == 19.0


def test_a_roll_up_opens_to_the_regions_below(key: str) -> None:
    send(("cases", TWO, day(9), 1.0))
    found: dict[str, Any] = ask("indicator=cases&region=35.16", key).body
    assert (found["kind"], found["rollup"], found["value"], found["coverage"]) == ("rolled", "sum", 20.0, {"reporting": 2, "expected": 3})
    assert [(row["region"], row["value"]) for row in found["inputs"]] == [(ONE, 19.0), (TWO, 1.0)]


def test_an_input_that_is_derived_leads_on(key: str) -> None:
    declare("twice", {"product": ["incidence", 2]})
    settle_down()
    (row,) = ask(f"indicator=twice&region={ONE}").body["inputs"]
    further: dict[str, Any] = ask(row["lineage"]).body
    assert (further["indicator"], further["value"], further["kind"]) == ("incidence", row["value"], "derived")


def test_the_old_formula_answers_for_what_it_computed(key: str) -> None:
    declare("incidence", {"per_100k": {"of": "cases", "population": "population"}})
    old = ask(f"indicator=incidence&region={ONE}&at=2026-05-09").body["words"][0]["known_since"]
    settle_down()
    found: dict[str, Any] = ask(f"indicator=incidence&region={ONE}&at=2026-05-09&as_of={old}", key).body
    assert (found["formula"]["version"], found["value"], found["proven"]) == (1, 5200.0, True)
    assert ask(f"indicator=incidence&region={ONE}&at=2026-05-09").body["formula"]["version"] == 2


def test_closed_inputs_are_named_and_withheld(key: str) -> None:
    Indicator.objects.filter(code="cases").update(publicity=Publicity.GOVERNMENT)
    found: dict[str, Any] = ask(f"indicator=incidence&region={ONE}").body
    assert found["withheld"] == ["cases"]
    assert {row["indicator"] for row in found["inputs"]} == {"population"}
    assert [step["value"] for step in found["formula"]["steps"]["parts"]] == [None, 1000.0]
    assert not any("name" in delivery for delivery in found["deliveries"])
    own: dict[str, Any] = ask(f"indicator=incidence&region={ONE}", key).body
    assert own["withheld"] == [] and any(delivery.get("name") == "mei.csv" for delivery in own["deliveries"])
    assert ask(f"indicator=cases&region={ONE}").status == 401


def test_the_page_shows_it_to_people_and_to_the_public(key: str, client: Client) -> None:
    page = client.get(f"/figures/incidence/{ONE}?at=2026-05-09")
    text = page.content.decode()
    assert page.status_code == 200 and "dihitung ulang: sama" in text and "mei.csv" not in text
    sari = person_in_post("sari@mojokerto.test", "Sari", Role.OFFICER)
    assert client.login(username=sari.email, password=PASSWORD)
    text = client.get(f"/figures/incidence/{ONE}?at=2026-05-09").content.decode()
    assert "mei.csv" in text and "/deliveries/" in text
    assert client.get(f"/figures/nothing/{ONE}").status_code == 404
    assert client.get("/figures/incidence/35.99").status_code == 404
    assert client.get(f"/figures/incidence/{ONE}?at=yesterday").status_code == 400
    assert client.get(f"/figures/inci%00dence/{ONE}").status_code == 404
    assert client.get(f"/figures/incidence/{ONE}?dims.a%00=b%00").status_code == 200


def test_what_cannot_be_asked_is_refused(key: str) -> None:
    refusals = {
        "indicator=inc%00&region=35": 404,
        "indicator=incidence&region=": 404,
        "indicator=incidence&region=35&x=1": 422,
        "indicator=incidence,cases&region=35": 422,
        "indicator=incidence&region=35&at=soon": 422,
    }
    for query, status in refusals.items():
        assert ask(query).status == status, query
    assert ask("indicator=incidence&region=35&dims.a%00=b%00").body["kind"] == "none"


def test_a_closed_figure_asks_to_sign_in(key: str, client: Client) -> None:
    Indicator.objects.filter(code="incidence").update(publicity=Publicity.GOVERNMENT)
    answer = client.get(f"/figures/incidence/{ONE}")
    assert answer.status_code == 302 and "/accounts/login/" in answer["Location"]


def test_formulas_read_in_both_languages() -> None:
    tree = read(INCIDENCE)
    names = {"cases": "Kasus", "population": "Penduduk"}
    with override("id"):
        assert formula_words(tree, names) == "(jumlah Kasus selama 7 hari) ÷ Penduduk × 100.000"
    with override("en"):
        assert formula_words(tree, names) == "(sum of Kasus over 7 days) ÷ Penduduk × 100,000"
