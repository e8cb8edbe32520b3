"""An incident from the button to its end: who may do what, what stands in the timeline, what was known, what merges and splits."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from pendopo.agencies.actions import Refused, new_token
from pendopo.agencies.models import Agency, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.alerts.actions import apply
from pendopo.alerts.models import Alert
from pendopo.alerts.tests.yard import word
from pendopo.audit.models import Entry
from pendopo.incidents.cases import actions
from pendopo.incidents.cases.models import Incident, State, incident_of
from pendopo.incidents.cases.reading import timeline
from pendopo.incidents.procedures.actions import load, load_shipped
from pendopo.incidents.procedures.logic import WrongProcedure
from pendopo.incidents.procedures.models import ProcedureVersion, newest
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Indicator, Way
from pendopo.indicators.tests.yard import Yard, lay_out
from pendopo.orders.models import Order
from pendopo.regions.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def flood(regency: Region) -> ProcedureVersion:
    """The kinds that come with the product; the one for floods."""
    load_shipped()
    return next(one for one in newest() if one.code == "flood")


def places(*codes: str) -> list[Region]:
    return list(Region.objects.filter(pk__in=codes).order_by("pk"))


def measure(yard: Yard, value: float) -> None:
    """A level in the first district, as known from now on."""
    at = timezone.now().replace(minute=0, second=0, microsecond=0).isoformat()
    take_delivery(source=yard.source, rows=[Observation("level", "35.16.01", at, value)], digest=f"{value:064}", way=Way.API)


def test_two_clicks_open_an_incident_with_its_checklist(sari: Person, flood: ProcedureVersion) -> None:
    client = signed_in(sari)
    page = client.get("/incidents/new").content.decode()
    assert "Banjir" in page and "Insiden siber" in page and "(35.16.13)" in page
    answer = client.post("/incidents/new", {"procedure": "flood", "place": "Sooko (35.16.13)"})
    found = Incident.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/incidents/{found.pk}"
    assert found.title == "Banjir di Sooko" and found.severity == "Severe" and found.region_id == "35.16.13"
    assert found.acknowledged and found.first_action is None
    page = client.get(found.get_absolute_url()).content.decode()
    assert "Pastikan dengan camat" in page and "Ditangani" in page
    assert client.post("/incidents/new", {"procedure": "", "place": ""}).status_code == 200
    assert "Tidak ada wilayah" in client.post("/incidents/new", {"procedure": "flood", "place": "Atlantis"}).content.decode()
    assert Incident.objects.count() == 1


def test_one_button_opens_from_an_alert_and_the_group_rings_no_more(sari: Person, flood: ProcedureVersion) -> None:
    apply(verdicts=[word("air", 1, region="35.16.13", group="air"), word("air", 2, region="35.16.08", group="air")])
    first, second = Alert.objects.order_by("pk")
    client = signed_in(sari)
    assert "Buka insiden" in client.get(first.get_absolute_url()).content.decode()
    assert client.post(f"/incidents/from-alert/{first.pk}").status_code == 302
    found = Incident.objects.get()
    assert client.post(f"/incidents/from-alert/{second.pk}")["Location"] == found.get_absolute_url()
    assert Incident.objects.count() == 1 and incident_of(second) == found
    assert not Alert.objects.filter(acknowledged=None).exists()
    assert found.detected == min(first.heard, second.heard) and found.began == min(first.started, second.started)
    apply(verdicts=[word("air", 3, region="35.16.01", group="air")])
    assert incident_of(Alert.objects.latest("pk")) == found


def test_steps_decisions_orders_and_files_stand_in_the_timeline(sari: Person) -> None:
    yard = lay_out()
    load_shipped()
    measure(yard, 3.5)
    load(text="code: flood\nname: Banjir\nfigures: [level]\nsteps: [{code: verify, do: Pastikan, within: 15m, early: true}]", by=sari)
    found = actions.open_incident(title="Banjir", by=sari, regions=places("35.16.01"), procedure=newest()[3])
    url = found.get_absolute_url()
    client = signed_in(sari)
    proof = SimpleUploadedFile("foto.jpg", b"air")
    assert client.post(f"{url}/do", {"do": "write", "text": "Air 60 cm", "file": proof}).status_code == 302
    assert client.post(f"{url}/do", {"do": "step", "step": "verify", "text": "camat membenarkan"}).status_code == 302
    assert client.post(f"{url}/do", {"do": "decide", "text": "Evakuasi RW 3", "why": "air naik"}).status_code == 302
    target = sari.holdings.get().post
    assert client.post(f"{url}/order", {"what": "Siapkan perahu", "to": [target.pk]}).status_code == 302
    found.refresh_from_db()
    assert found.first_action and found.responded
    decision = found.decisions.get()
    assert [(one["indicator"], one["value"]) for one in decision.figures] == [("level", 3.5)]
    measure(yard, 4.5)
    page = client.get(url).content.decode()
    assert "3,5" in page and "foto.jpg" in page and "camat membenarkan" in page and "Siapkan perahu" in page
    assert Order.objects.get().about == url
    entry = found.entries.exclude(file="").get()
    assert b"".join(client.get(f"/incidents/files/{entry.pk}").streaming_content) == b"air"  # type: ignore[attr-defined]
    assert Entry.objects.get(room="incidents", verb="write").after["digest"] == entry.digest
    with pytest.raises(Refused, match="Sari"):
        actions.mark_step(incident=found, step="verify", state="done", by=sari)
    kinds = [one.kind for one in timeline(found)]
    assert kinds == ["opened", "note", "step", "decision", "order"]
    entry.file.delete()


def test_a_procedure_is_pinned_and_its_versions_stay(sari: Person, flood: ProcedureVersion) -> None:
    found = actions.open_incident(title="Banjir", by=sari, procedure=flood)
    assert load_shipped().new == []
    text = "code: flood\nname: Banjir kami\nsteps: [{code: only, do: Lihat}]"
    assert load(text=text, by=sari).new == ["flood 2"] and load(text=text, by=sari).same == 1
    assert load_shipped().new == []
    found.refresh_from_db()
    assert found.procedure == flood and len(flood.spec.steps) > 5
    client = signed_in(sari)
    assert "Banjir kami" in client.get("/procedures/flood").content.decode()
    assert "Pastikan dengan camat" in client.get("/procedures/flood?version=1").content.decode()
    assert client.get("/procedures/flood?version=9").status_code == 404


def test_merged_and_split_nothing_is_lost(sari: Person, camat: Person, flood: ProcedureVersion) -> None:
    one = actions.open_incident(title="Banjir Sooko", by=sari, regions=places("35.16.13"), detected=timezone.now() - timedelta(hours=1))
    two = actions.open_incident(title="Banjir Mojosari", by=sari, regions=places("35.16.08"))
    apply(verdicts=[word("air", 1, region="35.16.13")])
    actions.attach(incident=one, alert=Alert.objects.get(), by=sari)
    actions.write(incident=one, text="Air naik", by=sari)
    client = signed_in(sari)
    assert client.post(f"{one.get_absolute_url()}/join", {"do": "merge", "into": two.pk})["Location"] == two.get_absolute_url()
    one.refresh_from_db()
    two.refresh_from_db()
    assert one.state == State.MERGED and two.detected == one.detected and two.region_id == "35.16"
    assert incident_of(Alert.objects.get()) == two and "Air naik" in client.get(two.get_absolute_url()).content.decode()
    with pytest.raises(Refused, match="Mojosari"):
        actions.move(incident=one, to=State.RESOLVED, by=sari)
    with pytest.raises(Refused):
        actions.merge(incident=two, into=two, by=sari)
    assert client.post(f"{two.get_absolute_url()}/join", {"do": "split", "title": "Sooko saja", "regions": ["35.16.13"]}).status_code == 302
    part = Incident.objects.latest("pk")
    two.refresh_from_db()
    assert part.split_from == two and part.region_id == "35.16.13" and two.region_id == "35.16.08"


def test_everyone_sees_what_touches_them_and_strangers_nothing(
    sari: Person, camat: Person, budi: Person, bpbd: Agency, flood: ProcedureVersion
) -> None:
    near = actions.open_incident(title="Dekat", by=sari, regions=places("35.16.13.2004"))
    far = actions.open_incident(title="Jauh", by=sari, regions=places("35.16.08"), agencies=[bpbd])
    assert list(Incident.objects.visible_to(camat)) == [near] and list(Incident.objects.visible_to(budi)) == [far]
    cam = signed_in(camat)
    assert cam.get(far.get_absolute_url()).status_code == 404
    assert cam.post(f"{near.get_absolute_url()}/do", {"do": "write", "text": "Warga mengungsi"}).status_code == 302
    assert cam.post(f"{near.get_absolute_url()}/do", {"do": "move", "to": "resolved"}).status_code == 403
    assert cam.post("/incidents/new", {"title": "x"}).status_code == 403
    assert Client().get("/api/v1/incidents").status_code == 401
    secret = new_token(person=camat, by=camat)[1]
    answer = Client().get("/api/v1/incidents", HTTP_AUTHORIZATION=f"Bearer {secret}").json()
    assert [one["title"] for one in answer["items"]] == ["Dekat"] and answer["next"] is None
    whole = Client().get(f"/api/v1/incidents/{near.pk}", HTTP_AUTHORIZATION=f"Bearer {secret}").json()
    assert whole["timeline"][-1]["text"] == "Warga mengungsi"
    assert Client().get(f"/api/v1/incidents/{far.pk}", HTTP_AUTHORIZATION=f"Bearer {secret}").status_code == 404


def test_a_drill_is_marked_and_ends_with_a_score(sari: Person, flood: ProcedureVersion) -> None:
    found = actions.open_incident(title="Uji", by=sari, procedure=flood, exercise=True)
    for step in flood.spec.steps:
        actions.mark_step(incident=found, step=step.code, state="done", by=sari)
    target = sari.holdings.get().post
    assert actions.order(incident=found, what="x", to=[target], by=sari)[0].exercise
    done = actions.move(incident=found, to=State.RESOLVED, by=sari)
    assert done.score == 90
    assert "LATIHAN" in signed_in(sari).get(found.get_absolute_url()).content.decode()
    with pytest.raises(Refused):
        actions.merge(incident=found, into=actions.open_incident(title="Nyata", by=sari), by=sari)


def test_what_cannot_be_kept_is_refused_in_words_and_breaks_no_page(sari: Person, flood: ProcedureVersion) -> None:
    found = actions.open_incident(title="Banjir", by=sari, procedure=flood)
    url, client = found.get_absolute_url(), signed_in(sari)
    assert client.post(f"{url}/do", {"do": "step", "step": "verify", "state": "perhaps"}).status_code == 400
    assert client.post(f"{url}/do", {"do": "step", "step": "verify", "text": "a\x00b"}).status_code == 400
    assert client.post(f"{url}/do", {"do": "move", "to": "resolved", "why": "a\x00b"}).status_code == 400
    client.post(f"{url}/do", {"do": "write", "text": "Air naik", "at": "0001-01-01T00:00"})
    assert "terlalu lampau" in client.get(url).content.decode() and found.entries.count() == 1
    early = {"procedure": "flood", "place": "35.16.13", "began": "0001-01-01T00:00"}
    assert "terlalu lampau" in client.post("/incidents/new", early).content.decode() and Incident.objects.count() == 1


def test_nobody_merges_into_what_is_beyond_the_own_reach(sari: Person, regency: Region) -> None:
    lala = person_in_post("lala@mojokerto.test", "Lala", Role.OFFICER, region=Region.objects.get(pk="35.16.13"))
    own = actions.open_incident(title="Milik saya", by=sari, regions=places("35.16.13"))
    other = actions.open_incident(title="Milik orang", by=sari, regions=places("35.16.08"), lead=lala)
    client = signed_in(lala)
    assert client.get(other.get_absolute_url()).status_code == 200
    assert client.post(f"{own.get_absolute_url()}/join", {"do": "merge", "into": other.pk}).status_code == 403
    own.refresh_from_db()
    assert own.merged_into is None


def test_nobody_carries_an_incident_beyond_the_own_reach(sari: Person, regency: Region) -> None:
    lala = person_in_post("lala@mojokerto.test", "Lala", Role.OFFICER, region=Region.objects.get(pk="35.16.13"))
    own = actions.open_incident(title="Banjir", by=sari, regions=places("35.16.13"))
    client, form = signed_in(lala), {"title": "Banjir besar", "severity": "Severe", "known": actions.edition(own)}
    for regions in ("35.16.13; 35.16.08", ""):
        assert client.post(f"{own.get_absolute_url()}/edit", {**form, "regions": regions}).status_code == 200
    assert client.post(f"{own.get_absolute_url()}/edit", {**form, "regions": "35.16.13"}).status_code == 302
    own.refresh_from_db()
    assert own.title == "Banjir besar" and own.region_id == "35.16.13"


def test_a_step_due_in_a_thousand_years_is_refused() -> None:
    with pytest.raises(WrongProcedure):
        load(text="code: slow\nname: Lambat\nsteps: [{code: wait, do: Tunggu, within: 9999999d}]", by=None)


def test_the_timeline_tells_of_an_alert_only_whom_its_figure_is_for(sari: Person) -> None:
    lay_out()
    load_shipped()
    Indicator.objects.filter(code="level").update(publicity="agency")
    lala = person_in_post("lala@mojokerto.test", "Lala", Role.OFFICER, region=Region.objects.get(pk="35.16.01"))
    apply(verdicts=[word("Rahasia", 1, region="35.16.01", indicator="level"), word("Terbuka", 2, region="35.16.01")])
    found = actions.open_from_alert(alert=Alert.objects.get(name="Rahasia"), by=sari)
    actions.attach(incident=found, alert=Alert.objects.get(name="Terbuka"), by=sari)
    assert {"Rahasia at 1", "Terbuka at 2"} <= {line.text.rpartition(", ")[2] for line in timeline(found, reader=sari)}
    for path in ("", "/sitrep", "/report"):
        page = signed_in(lala).get(found.get_absolute_url() + path).content.decode()
        assert "Rahasia at 1" not in page
    told = [line.text for line in timeline(found, reader=lala)]
    assert any("Terbuka at 2" in text for text in told) and not any("Rahasia at 1" in text for text in told)


def test_two_who_change_the_facts_at_once_lose_nothing(sari: Person, rani: Person, regency: Region) -> None:
    found = actions.open_incident(title="Banjir", by=sari, regions=places("35.16.13"))
    client = signed_in(sari)
    known = actions.edition(found)
    form = {"title": "Banjir besar", "severity": "Extreme", "detail": "", "regions": "35.16.13", "agencies": [], "known": known}
    assert known in client.get(f"{found.get_absolute_url()}/edit").content.decode()
    assert client.post(f"{found.get_absolute_url()}/edit", form).status_code == 302
    late = signed_in(rani).post(f"{found.get_absolute_url()}/edit", {**form, "title": "Banjir kecil"})
    assert late.status_code == 200 and "diubah orang lain" in late.content.decode()
    found.refresh_from_db()
    assert found.title == "Banjir besar"
    assert "→ Ekstrem" in timeline(found)[-1].text


def test_who_takes_the_lead_from_somebody_is_asked_first(sari: Person, rani: Person, regency: Region) -> None:
    found = actions.open_incident(title="Banjir", by=sari, lead=sari)
    client, deed = signed_in(rani), {"do": "lead", "me": "1", "before": sari.pk}
    asked = client.post(f"{found.get_absolute_url()}/do", deed).content.decode()
    found.refresh_from_db()
    assert "Alihkan pimpinan" in asked and found.lead == sari
    assert client.post(f"{found.get_absolute_url()}/do", {**deed, "sure": "True", "lead": rani.pk}).status_code == 302
    found.refresh_from_db()
    assert found.lead == rani
    with pytest.raises(Refused, match="Rani"):
        actions.take_lead(incident=found, lead=sari, by=sari, instead_of=sari)


def test_a_map_shows_where_it_is_and_a_frame_stands_beside_the_faces(sari: Person, flood: ProcedureVersion) -> None:
    found = actions.open_incident(title="Banjir", by=sari, regions=places("35.16.13", "35.16.14"), procedure=flood)
    client = signed_in(sari)
    frame = client.get(f"{found.get_absolute_url()}/beside")
    assert frame["X-Frame-Options"] == "SAMEORIGIN" and "Pastikan dengan camat" in frame.content.decode()
    step = {"do": "step", "step": "verify", "text": "benar", "back": "beside"}
    assert client.post(f"{found.get_absolute_url()}/do", step)["Location"] == f"{found.get_absolute_url()}/beside"
    assert client.post(f"{found.get_absolute_url()}/do", {"do": "decide", "back": "beside"})["Location"].endswith("/beside")
    if Region.objects.filter(parent="35.16").exclude(boundary=None).count() > 9:
        assert client.get(found.get_absolute_url()).content.decode().count('<path class="marked"') == 2
