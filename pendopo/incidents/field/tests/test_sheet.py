"""The field sheet: lines that are never changed, families that count once, resources that are not sent twice, requests, papers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.agencies.tests.people import signed_in
from pendopo.alerts.cap.actions import Told, approve, draft
from pendopo.audit.models import Entry
from pendopo.incidents.cases.actions import open_incident
from pendopo.incidents.cases.judging import drill_parts
from pendopo.incidents.cases.models import Incident
from pendopo.incidents.cases.reading import timeline
from pendopo.incidents.field import actions
from pendopo.incidents.field.actions import Counted
from pendopo.incidents.field.mapping import map_of
from pendopo.incidents.field.models import FieldLine, Movement, NeedWord, Resource, Shelter, ShelterReport, Stay
from pendopo.incidents.field.reading import sheet_of
from pendopo.incidents.incoming.actions import Said, keep_landmark, take, to_incident
from pendopo.notify.models import Dispatch, Notice
from pendopo.regions.models import Region

CARD = "3516130101010001"


@pytest.fixture
def villages(regency: Region) -> list[Region]:
    """Three villages of Sooko."""
    return list(Region.objects.filter(parent="35.16.13").order_by("pk")[:3])


@pytest.fixture
def flood(villages: list[Region], sari: Person) -> Incident:
    """A flood in the three."""
    return open_incident(title="Banjir", by=sari, regions=villages)


def shelter(village: Region, name: str = "Balai desa", capacity: int = 50) -> Shelter:
    return actions.keep_shelter(shelter=None, by=None, name=name, region=village, capacity=capacity, agency=None)


def boats(bpbd: Agency, quantity: int = 4) -> Resource:
    return actions.keep_resource(resource=None, by=None, name="Perahu karet", kind="boat", agency=bpbd, quantity=quantity, region=None)


def displaced(incident: Incident, village: Region, number: int | None, by: Person, **more: object) -> list[FieldLine]:
    source = str(more.pop("source", "Kades"))
    counted = [Counted("people", "displaced", village, number)]
    return actions.report(incident=incident, counted=counted, source=source, by=by, **more)  # type: ignore[arg-type]


def number_of(incident: Incident, **asked: object) -> tuple[int | None, int, int]:
    total = dict(sheet_of(incident, **asked).people)["Mengungsi"]  # type: ignore[arg-type]
    return total.number, total.reporting, total.expected


def test_numbers_are_told_again_not_changed_and_can_be_read_as_they_were(flood: Incident, villages: list[Region], sari: Person) -> None:
    displaced(flood, villages[0], 41, sari)
    before = timezone.now()
    displaced(flood, villages[0], 60, sari)
    displaced(flood, villages[1], 5, sari)
    assert number_of(flood) == (65, 2, 3) and number_of(flood, as_of=before) == (41, 1, 3)
    assert FieldLine.objects.count() == 3 and Entry.objects.filter(verb="report_field").count() == 3
    displaced(flood, villages[0], None, sari)
    assert number_of(flood) == (5, 1, 3)


def test_the_women_of_a_village_are_not_its_number(flood: Incident, villages: list[Region], sari: Person) -> None:
    for village in villages[1:]:
        displaced(flood, village, 0, sari)
    women = Counted("people", "displaced", villages[0], 6, sex="f")
    actions.report(incident=flood, counted=[women], source="Kades", by=sari)
    assert number_of(flood) == (6, 3, 3) and dict(sheet_of(flood).people)["Mengungsi"].partial
    page = signed_in(sari).get(f"{flood.get_absolute_url()}/field").content.decode()
    assert "<small>sedikitnya</small> 6" in page
    actions.report(incident=flood, counted=[Counted("people", "displaced", villages[0], 5, sex="m")], source="Kades", by=sari)
    assert number_of(flood) == (11, 3, 3) and not dict(sheet_of(flood).people)["Mengungsi"].partial


def test_no_line_is_too_new_to_count(flood: Incident, villages: list[Region], sari: Person) -> None:
    now = timezone.now()
    displaced(flood, villages[0], 41, sari, at=now - timedelta(hours=2))
    old = [
        FieldLine(incident=flood, topic="people", what="displaced", region=villages[1], number=n, source="x", at=now - timedelta(hours=1))
        for n in range(20_100)
    ]
    FieldLine.objects.bulk_create(old)
    displaced(flood, villages[0], 60, sari, at=now)
    assert number_of(flood) == (60 + 20_099, 2, 3)


def test_the_same_word_again_is_not_written_again(flood: Incident, villages: list[Region], sari: Person) -> None:
    at = timezone.now() - timedelta(minutes=10)
    assert len(displaced(flood, villages[0], 41, sari, at=at)) == 1 and displaced(flood, villages[0], 41, sari, at=at) == []


@pytest.mark.parametrize(
    ("counted", "source"),
    [
        ({"topic": "people", "what": "displaced", "number": 1}, " "),
        ({"topic": "people", "what": "houses-heavy", "number": 1}, "x"),
        ({"topic": "service", "what": "road", "state": "gone", "place": "x"}, "x"),
        ({"topic": "service", "what": "road", "state": "closed"}, "x"),
        ({"topic": "people", "what": "dead", "number": 10**9}, "x"),
    ],
)
def test_what_cannot_be_is_refused(flood: Incident, villages: list[Region], counted: dict[str, object], source: str) -> None:
    with pytest.raises(Refused):
        actions.report(incident=flood, counted=[Counted(region=villages[0], **counted)], source=source, by=None)  # type: ignore[arg-type]
    assert not FieldLine.objects.exists()


def test_a_time_that_has_not_come_is_refused(flood: Incident, villages: list[Region], sari: Person) -> None:
    with pytest.raises(Refused):
        displaced(flood, villages[0], 3, sari, at=timezone.now() + timedelta(days=1))


def test_two_shelters_never_count_the_same_family(flood: Incident, villages: list[Region], sari: Person) -> None:
    hall, school = shelter(villages[0]), shelter(villages[1], "SDN 2")
    first, said = actions.check_in(incident=flood, shelter=hall, card=CARD, head="Suparman", people=4, by=sari)
    assert said == "" and CARD not in first.card
    again, said = actions.check_in(incident=flood, shelter=hall, card=CARD, head="Suparman", people=5, by=sari)
    assert again.pk == first.pk and said
    moved, said = actions.check_in(incident=flood, shelter=school, card="3516 1301 0101 0001", head="Suparman", people=5, by=sari)
    assert "Balai desa" in said
    held = {one.shelter.name: one.registered for one in sheet_of(flood).shelters}
    assert held == {"SDN 2": 5} and Stay.objects.filter(until=None).get().pk == moved.pk
    assert CARD not in str(list(Entry.objects.values_list("after", flat=True))) and "Suparman" not in str(
        list(Entry.objects.values_list("after", flat=True))
    )
    with pytest.raises(IntegrityError, match="family_in_one_shelter"), transaction.atomic():
        Stay.objects.create(incident=flood, shelter=hall, card=moved.card, head="x", people=1)
    with pytest.raises(Refused):
        actions.check_in(incident=flood, shelter=hall, card="12", head="x", people=1, by=sari)
    assert actions.check_out(stay=moved, by=sari) and not actions.check_out(stay=moved, by=sari)


def test_a_shelter_says_how_many_and_when_it_is_full(flood: Incident, villages: list[Region], sari: Person) -> None:
    hall = shelter(villages[0], capacity=40)
    actions.report_shelter(incident=flood, shelter=hall, present=41, needs="selimut", source="Kades", by=sari)
    one = sheet_of(flood).shelters[0]
    assert one.full and one.present == 41 and one.needs == "selimut"


def test_no_boat_is_sent_twice(flood: Incident, bpbd: Agency, sari: Person) -> None:
    found = boats(bpbd)
    actions.move(incident=flood, resource=found, number=3, by=sari)
    with pytest.raises(Refused):
        actions.move(incident=flood, resource=found, number=2, by=sari)
    with pytest.raises(Refused):
        actions.move(incident=flood, resource=found, number=-4, by=sari)
    actions.move(incident=flood, resource=found, number=-2, by=sari)
    found.refresh_from_db()
    assert found.free == 3 and [(one.resource.name, one.there) for one in sheet_of(flood).sent] == [("Perahu karet", 1)]
    with pytest.raises(Refused):
        actions.keep_resource(resource=found, by=sari, quantity=0)
    with pytest.raises(IntegrityError, match="resource_not_sent_twice"), transaction.atomic():
        Resource.objects.update(out=F("quantity") + 1)


def test_a_request_is_answered_for(flood: Incident, sari: Person) -> None:
    need = actions.ask(incident=flood, what="Selimut 50 lembar", by=sari, due=timezone.now() - timedelta(minutes=1))
    assert need.is_overdue
    with pytest.raises(Refused):
        actions.say(need=need, state="refused", by=sari)
    done = actions.say(need=need, state="met", by=sari, text="50 lembar tiba")
    assert not done.is_overdue and done.words.get().text == "50 lembar tiba" and not sheet_of(flood).open_needs


def test_a_request_has_an_owner_and_a_time_that_may_change_and_its_holder_hears(flood: Incident, sari: Person, budi: Person) -> None:
    mine, other = (person.holdings.get().post for person in (sari, budi))
    due = timezone.now() + timedelta(hours=2)
    need = actions.ask(incident=flood, what="Perahu", by=sari, owner=mine, due=due)
    told = Notice.objects.get(kind="need")
    assert told.context["what"] == "Perahu" and told.context["due"] and told.about == need.get_absolute_url()
    before = timezone.now()
    client, url = signed_in(sari), f"/field/needs/{need.pk}"
    assert other.title in client.get(f"{flood.get_absolute_url()}/field").content.decode()
    client.post(url, {"state": "open", "owner": other.title, "due": "2031-01-02T10:00"})
    client.post(url, {"state": "open", "owner": "Bukan jabatan"})
    stands, stood = sheet_of(flood).needs[0], sheet_of(flood, before).needs[0]
    assert stands.owner == other and stands.due is not None and stands.due.year == 2031
    assert stood.owner == mine and stood.due == due and need.words.count() == 1
    assert Notice.objects.filter(kind="need").count() == 2
    assert Dispatch.objects.filter(notice=Notice.objects.filter(kind="need").latest("pk"), person=budi).exists()
    assert actions.say(need=need, state="open", by=sari, owner=other).words.count() == 1, "nothing new is no word"


def test_a_drill_is_scored_for_requests_and_for_the_warning(villages: list[Region], sari: Person) -> None:
    drill = open_incident(title="Uji", by=sari, regions=villages, exercise=True)
    met = actions.ask(incident=drill, what="Perahu", by=sari)
    actions.say(need=met, state="met", by=sari)
    actions.ask(incident=drill, what="Selimut", by=sari)
    told = Told("Banjir", "Uji banjir", timezone.now() + timedelta(hours=1), status="Exercise", regions=[Region.objects.get(pk="35.16.13")])
    approve(warning=draft(told=told, by=sari, about=drill.get_absolute_url()), by=sari)
    points = {part.code: part.points for part in drill_parts(drill)}
    assert points["requests"] == 5 and points["warned"] == 10 and points["intake"] is None and points["counted"] is None
    displaced(drill, villages[0], 3, sari)
    call, _new = take(said=Said("Air naik", exercise=True), by=sari)
    to_incident(record=call, incident=drill, by=sari)
    points = {part.code: part.points for part in drill_parts(drill)}
    assert points["intake"] == 10 and points["counted"] == 10
    assert "Uji banjir" in [one.text for one in timeline(drill)]


def test_the_page_writes_and_shows(flood: Incident, villages: list[Region], sari: Person, bpbd: Agency) -> None:
    client, url = signed_in(sari), f"{flood.get_absolute_url()}/field"
    assert "belum ada laporan" in client.get(url).content.decode().casefold()
    people = {"do": "people", "people-region": villages[0].pk, "people-source": "Kades", "people-displaced": "41", "people-dead": "0"}
    assert client.post(f"{url}/write", people).status_code == 302
    road = {
        "do": "service",
        "service-region": villages[0].pk,
        "service-source": "Camat",
        "service-what": "road",
        "service-place": "Jl. Raya",
        "service-state": "closed",
    }
    assert client.post(f"{url}/write", road).status_code == 302
    assert client.post(f"{url}/write", {**people, "people-source": ""}).status_code == 400
    page = client.get(url).content.decode()
    assert "sedikitnya" in page and "1/3" in page and "Jl. Raya" in page and "field-map" in page
    assert "Kades" in page[page.index("field-totals") : page.index("field-map")], "a total names who told it"
    paper = client.get(f"{flood.get_absolute_url()}/assessment").content.decode()
    order = [paper.index(word) for word in ("Cakupan lokasi", "Meninggal", "Kerusakan", "Jalan dan layanan", "Kemampuan sumber daya")]
    assert order == sorted(order) and "Jl. Raya" in client.get(f"{flood.get_absolute_url()}/sitrep").content.decode()


def test_registers_are_kept_on_pages(villages: list[Region], sari: Person, camat: Person, bpbd: Agency) -> None:
    client = signed_in(sari)
    client.post("/field/shelters/new", {"name": "Balai desa", "region": villages[0].pk, "capacity": "80", "readiness": "ready"})
    client.post("/field/resources/new", {"name": "Pompa", "kind": "pump", "agency": bpbd.pk, "quantity": "2", "readiness": "ready"})
    assert "Balai desa" in client.get("/field/shelters").content.decode() and "Pompa" in client.get("/field/resources").content.decode()
    again = client.post("/field/shelters/new", {"name": "Balai desa", "region": villages[0].pk, "capacity": "80", "readiness": "ready"})
    assert again.status_code == 200 and "sudah ada pengungsian" in again.content.decode()
    assert signed_in(camat).get("/field/shelters/new").status_code == 403


def test_a_register_is_changed_by_those_whose_post_reaches_it(villages: list[Region], budi: Person, bpbd: Agency, dinkes: Agency) -> None:
    own, other = boats(bpbd), actions.keep_resource(resource=None, by=None, name="Ambulans", kind="ambulance", agency=dinkes, quantity=2)
    client, given = signed_in(budi), {"name": "Pompa", "kind": "pump", "quantity": "2", "readiness": "ready"}
    assert client.get(f"/field/resources/{own.pk}").status_code == 200 and client.get(f"/field/resources/{other.pk}").status_code == 403
    assert "tidak menjangkau" in client.post("/field/resources/new", {**given, "agency": dinkes.pk}).content.decode()
    assert client.post("/field/resources/new", {**given, "agency": bpbd.pk}).status_code == 302
    page = client.get("/field/resources").content.decode()
    assert f"/field/resources/{own.pk}" in page and f"/field/resources/{other.pk}" not in page


def test_what_the_field_said_is_never_changed(flood: Incident, villages: list[Region], sari: Person, bpbd: Agency) -> None:
    displaced(flood, villages[0], 41, sari)
    actions.report_shelter(incident=flood, shelter=shelter(villages[0]), present=1, source="Kades", by=sari)
    actions.move(incident=flood, resource=boats(bpbd), number=1, by=sari)
    actions.say(need=actions.ask(incident=flood, what="Perahu", by=sari), state="taken", by=sari)
    for model in (FieldLine, ShelterReport, Movement, NeedWord):
        rows = model.objects.all()  # type: ignore[attr-defined]
        with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
            rows.update(by=sari)
        with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
            rows.delete()


def test_the_sheet_can_be_read_as_it_was(flood: Incident, villages: list[Region], sari: Person) -> None:
    displaced(flood, villages[0], 41, sari)
    then = timezone.now()
    displaced(flood, villages[0], 977, sari)
    client, url = signed_in(sari), f"{flood.get_absolute_url()}/field"
    past = client.get(url, {"as_of": then.isoformat()}).content.decode()
    assert "41" in past and "977" not in past and "write-people" not in past and "977" in client.get(url).content.decode()


def points(incident: Incident, reader: Person) -> dict[str, list[str]]:
    found = map_of(incident, sheet_of(incident), reader)
    assert found is not None
    names: dict[str, list[str]] = {}
    for point in found["points"]:
        names.setdefault(point["kind"], []).append(point["name"])
    return names


def test_all_of_it_is_on_the_map_and_a_road_that_opens_leaves_it(flood: Incident, villages: list[Region], sari: Person) -> None:
    where = {"latitude": Decimal("-7.5048"), "longitude": Decimal("112.4131")}
    keep_landmark(name="Jembatan Brangkal", region=villages[0], by=sari, **where)
    client, url = signed_in(sari), f"{flood.get_absolute_url()}/field/write"
    road = {"do": "service", "service-region": villages[0].pk, "service-source": "Camat", "service-what": "road"}
    client.post(url, {**road, "service-place": "Jembatan Brangkal", "service-state": "closed"})
    assert FieldLine.objects.get().latitude == where["latitude"]
    client.post(url, {**road, "service-place": "Jl. Tanpa Nama", "service-state": "closed"})
    actions.ask(incident=flood, what="Selimut", region=villages[1], by=sari)
    call, _new = take(said=Said("Air naik", **where), by=sari)
    to_incident(record=call, incident=flood, by=sari)
    found = points(flood, sari)
    assert any("Jembatan Brangkal" in name for name in found["closed"]) and any("Jl. Tanpa Nama" in name for name in found["closed"])
    assert found["need"] == ["Selimut"] and found["record"] == ["Air naik"]
    client.post(url, {**road, "service-place": "jembatan brangkal", "service-state": "open"})
    assert not any("Brangkal" in name for name in points(flood, sari)["closed"])


def test_a_family_leaves_on_the_page_of_families(flood: Incident, villages: list[Region], sari: Person, rani: Person) -> None:
    stay, _words = actions.check_in(incident=flood, shelter=shelter(villages[0]), card=CARD, head="Suparman", people=4, by=sari)
    client, url = signed_in(sari), f"{flood.get_absolute_url()}/families"
    assert "Suparman" in client.get(url).content.decode() and "Suparman" not in client.get(url, {"text": "Wati"}).content.decode()
    assert client.post(f"/field/families/{stay.pk}/leave")["Location"] == url
    stay.refresh_from_db()
    assert stay.until is not None and sheet_of(flood).shelters == []


def test_what_is_not_kept_any_more_is_offered_nowhere(flood: Incident, villages: list[Region], sari: Person, bpbd: Agency) -> None:
    hall, boat, client = shelter(villages[0], "Gedung Serbaguna"), boats(bpbd), signed_in(sari)
    stay, _words = actions.check_in(incident=flood, shelter=hall, card=CARD, head="Suparman", people=4, by=sari)
    actions.move(incident=flood, resource=boat, number=1, by=sari)
    given = {"name": hall.name, "region": hall.region_id, "capacity": "50", "readiness": "ready", "retired": "on"}
    sent = {"name": boat.name, "kind": "boat", "agency": bpbd.pk, "quantity": "4", "readiness": "ready", "retired": "on"}
    assert "Masih ada keluarga" in client.post(f"/field/shelters/{hall.pk}", given).content.decode()
    assert client.post(f"/field/resources/{boat.pk}", sent).status_code == 200
    actions.check_out(stay=stay, by=sari)
    actions.move(incident=flood, resource=boat, number=-1, by=sari)
    assert client.post(f"/field/shelters/{hall.pk}", given).status_code == 302
    assert client.post(f"/field/resources/{boat.pk}", sent).status_code == 302
    assert hall.name not in client.get("/field/shelters").content.decode() and client.get(f"/field/shelters/{hall.pk}").status_code == 404
    assert f">{boat.name} (" not in client.get(f"{flood.get_absolute_url()}/field").content.decode()
