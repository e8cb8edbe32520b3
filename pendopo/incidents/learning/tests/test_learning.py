"""Learning: a finding of a review becomes the next version of the procedure, seen in both places; nobody overwrites another."""

import re
from html import unescape
from typing import Any

import pytest

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.incidents.cases.actions import open_incident
from pendopo.incidents.cases.models import Incident
from pendopo.incidents.learning import actions
from pendopo.incidents.learning.forms import begins, defined
from pendopo.incidents.learning.models import Finding
from pendopo.incidents.procedures.actions import load_shipped
from pendopo.incidents.procedures.logic import span_of
from pendopo.incidents.procedures.models import ProcedureVersion, newest
from pendopo.orders.models import Order
from pendopo.regions.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def flood(sari: Person, regency: Region) -> Incident:
    """A flood of the first version of its procedure."""
    load_shipped()
    return open_incident(title="Banjir Sooko", by=sari, procedure=newest_flood())


def newest_flood() -> ProcedureVersion:
    """The procedure of floods as it is now."""
    return next(one for one in newest() if one.procedure.code == "flood")


def as_posted(version: ProcedureVersion, **changes: str) -> dict[str, Any]:
    """What the browser sends when only these fields were touched."""
    rows = begins(version.spec.steps)
    data: dict[str, Any] = {"base": version.number, "form-TOTAL_FORMS": len(rows) + 2, "form-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        data |= {f"form-{number}-{name}": value for name, value in row.items() if value is not True and value is not False}
        data |= {f"form-{number}-early": "on"} if row["early"] else {}
        data[f"form-{number}-ORDER"] = number + 1
    return {**data, **changes}


def test_an_order_is_given_from_a_finding_that_waits(flood: Incident, sari: Person) -> None:
    finding = actions.write_finding(incident=flood, text="Perahu & pelampung kurang", step="", by=sari)
    report = f"{flood.get_absolute_url()}/report"
    client = signed_in(sari)
    (link,) = re.findall(r'href="(/orders/new\?[^"]+)"', client.get(report).content.decode())
    post = sari.holdings.get().post
    form = client.get(unescape(link))
    assert "Perahu &amp; pelampung kurang" in form.content.decode()
    given = {**form.context["form"].initial, "to": [post.pk]}
    assert client.post("/orders/new", given)["Location"] == finding.get_absolute_url()
    order = Order.objects.get()
    assert (order.about, order.title, order.what) == (finding.get_absolute_url(), "Banjir Sooko", "Perahu & pelampung kurang")
    budi = person_in_post("rudi@mojokerto.test", "Rudi", Role.ENGINEER)
    assert "/orders/new" not in signed_in(budi).get(report).content.decode()
    actions.put_aside(finding=finding, why="Sudah dibeli", by=sari)
    assert "/orders/new" not in client.get(report).content.decode(), "what is settled needs no order"


def test_a_finding_changes_the_procedure_and_both_pages_lead_to_each_other(flood: Incident, sari: Person) -> None:
    client, report = signed_in(sari), f"{flood.get_absolute_url()}/report"
    client.post(f"{flood.get_absolute_url()}/findings", {"text": "Desa di hilir terlambat tahu", "step": "warn"})
    finding = Finding.objects.get()
    form = client.get(f"/findings/{finding.pk}/procedure").content.decode()
    assert "Desa di hilir terlambat tahu" in form and "Peringatkan desa di hilir" in form and "temuan tentang langkah ini" in form
    before = newest_flood()
    count = len(before.spec.steps)
    siren = {"do": "Bunyikan sirene di bantaran", "within": "5m", "ORDER": "1"}
    new = {"form-2-within": "10m", "form-3-DELETE": "on", **{f"form-{count}-{name}": value for name, value in siren.items()}}
    answer = client.post(f"/findings/{finding.pk}/procedure", as_posted(before, **new))
    after = newest_flood()
    assert answer["Location"] == "/procedures/flood?version=2" and after.number == 2 and not after.procedure.shipped
    steps = {step.code: step for step in after.spec.steps}
    assert steps["warn"].within_s == 600 and steps["warn"].do == before.spec.steps[2].do and "power" not in steps
    assert steps["bunyikan-sirene-di"].within_s == 300 and steps["evacuate"] == before.spec.steps[4]
    page = client.get("/procedures/flood?version=2").content.decode()
    assert "Desa di hilir terlambat tahu" in page and f"{report}#finding-{finding.pk}" in page
    assert "/procedures/flood?version=2" in client.get(report).content.decode()
    assert "/procedures/flood?version=2" in client.get(flood.get_absolute_url()).content.decode()
    flood.refresh_from_db()
    assert flood.procedure is not None and flood.procedure.number == 1
    entry = Entry.objects.get(verb="change_procedure")
    assert entry.about == "/procedures/flood" and entry.after["finding"] == finding.pk and entry.after["version"] == 2


def test_two_who_change_at_once_do_not_overwrite_each_other(flood: Incident, sari: Person) -> None:
    base = newest_flood()
    first, second = (actions.write_finding(incident=flood, text=text, by=sari) for text in ("Satu", "Dua"))
    rows = begins(base.spec.steps)
    rows[0]["within"] = "5m"
    actions.change_procedure(finding=first, base=base, definition=defined(base, rows), by=sari)
    with pytest.raises(Refused, match="orang lain"):
        actions.change_procedure(finding=second, base=base, definition=defined(base, rows[1:]), by=sari)
    with pytest.raises(Refused, match="Tidak ada yang berbeda"):
        actions.change_procedure(finding=second, base=newest_flood(), definition=newest_flood().definition, by=sari)
    with pytest.raises(Refused, match="sudah diputuskan"):
        actions.change_procedure(finding=first, base=newest_flood(), definition=base.definition, by=sari)
    second.refresh_from_db()
    assert second.settled is None and newest_flood().number == 2
    load_shipped()
    assert newest_flood().number == 2, "the product does not replace what a review changed"


def test_a_wrong_span_is_refused_and_nothing_changes(flood: Incident, sari: Person) -> None:
    finding = actions.write_finding(incident=flood, text="Terlambat", by=sari)
    client = signed_in(sari)
    page = client.post(f"/findings/{finding.pk}/procedure", as_posted(newest_flood(), **{"form-0-within": "segera"}))
    assert "misalnya 15m" in page.content.decode() and newest_flood().number == 1
    page = client.post(f"/findings/{finding.pk}/procedure", as_posted(newest_flood(), **{"form-0-do": ""}))
    assert page.status_code == 200 and newest_flood().number == 1


def test_a_finding_is_put_aside_with_a_reason_and_only_by_who_handles_the_incident(flood: Incident, sari: Person, camat: Person) -> None:
    finding = actions.write_finding(incident=flood, text="Rompi kurang", by=sari)
    assert signed_in(camat).post(f"/findings/{finding.pk}/aside", {"why": "tidak perlu"}).status_code == 403
    client = signed_in(sari)
    client.post(f"/findings/{finding.pk}/aside", {"why": " "})
    finding.refresh_from_db()
    assert finding.settled is None
    client.post(f"/findings/{finding.pk}/aside", {"why": "Sudah dianggarkan"})
    assert "Sudah dianggarkan" in client.get(f"{flood.get_absolute_url()}/report").content.decode()
    with pytest.raises(Refused, match="langkah itu"):
        actions.write_finding(incident=flood, text="x", step="terbang", by=sari)


def test_spans_are_written_in_the_largest_unit() -> None:
    assert [span_of(one) for one in (None, 45, 900, 7200, 172_800, 5400)] == ["", "45s", "15m", "2h", "2d", "90m"]
