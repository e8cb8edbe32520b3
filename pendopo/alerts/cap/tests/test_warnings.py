"""Public warnings: written, approved by a second person, signed, on the feed, told, followed by updates and ends."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from lxml import etree

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.alerts.cap import actions, signing
from pendopo.alerts.cap.actions import Told
from pendopo.alerts.cap.feed import ATOM
from pendopo.alerts.cap.models import PublicWarning, SigningKey
from pendopo.alerts.cap.outlines import rings
from pendopo.alerts.cap.prose import problems
from pendopo.alerts.cap.reading import read
from pendopo.alerts.cap.shape import NAMESPACE
from pendopo.audit.models import Entry
from pendopo.notify.models import Dispatch, Notice
from pendopo.notify.sealing import seal
from pendopo.regions.models import Region

from .test_check import SCHEMA

CAP = f"{{{NAMESPACE}}}"
PRIVATE, CERTIFICATE = signing.new_key("test", timezone.now())


@pytest.fixture(autouse=True)
def key(db: None) -> None:
    """A signing key that is there already: making one takes a third of a second."""
    SigningKey.objects.create(sealed=seal(PRIVATE), certificate=CERTIFICATE)


@pytest.fixture
def dimas(db: None) -> Person:
    """A second watch officer."""
    return person_in_post("dimas@mojokerto.test", "Dimas", Role.OFFICER)


def told(**changes: object) -> Told:
    """A flood in Sooko for three hours."""
    facts = {
        "event": "Banjir",
        "headline": "Banjir di Sooko <sekarang> & nanti",
        "expires": timezone.now() + timedelta(hours=3),
        "instruction": "Pindah ke tempat tinggi.",
        "responses": ("Evacuate",),
        "regions": [Region.objects.get(pk="35.16.13")],
    }
    return Told(**{**facts, **changes})  # type: ignore[arg-type]


def published(author: Person, approver: Person, **changes: object) -> PublicWarning:
    warning = actions.draft(told=told(**changes), by=author)
    return actions.approve(warning=actions.propose(warning=warning, by=author), by=approver)


def message(warning: PublicWarning) -> etree._Element:
    return etree.fromstring(warning.body.encode())


def test_a_real_warning_goes_out_only_by_a_second_person(regency: Region, sari: Person, dimas: Person) -> None:
    warning = actions.draft(told=told(), by=sari, about="/incidents/1")
    with pytest.raises(Refused):
        actions.approve(warning=warning, by=dimas)
    actions.propose(warning=warning, by=sari)
    asked = Notice.objects.get(kind="warning-approval")
    assert set(asked.dispatches.values_list("person__name", flat=True)) == {"Dimas"}
    with pytest.raises(Refused):
        actions.approve(warning=warning, by=sari)
    assert not PublicWarning.objects.published().exists()
    actions.approve(warning=warning, by=dimas)
    assert PublicWarning.objects.in_force(timezone.now()).count() == 1
    deed = Entry.objects.get(room="alerts", verb="published_warning")
    assert deed.actor == dimas.audit_name and deed.after["about"] == "/incidents/1"
    assert Dispatch.objects.filter(notice__kind="warning", state="queued").count() == 2
    with pytest.raises(Refused):
        actions.approve(warning=warning, by=dimas)


def test_the_database_refuses_an_approval_by_the_author(regency: Region, sari: Person, dimas: Person) -> None:
    warning = published(sari, dimas)
    with pytest.raises(IntegrityError, match="warning_approved_by_another"), transaction.atomic():
        PublicWarning.objects.filter(pk=warning.pk).update(approved_by=sari)


def test_what_goes_out_is_valid_and_signed(regency: Region, sari: Person, dimas: Person) -> None:
    warning = published(sari, dimas, description="Air naik\x0b cepat")
    tree = message(warning)
    assert problems(read(warning.body.encode())) == []  # type: ignore[arg-type]
    assert tree.findtext(f"{CAP}status") == "Actual" and tree.findtext(f"{CAP}sent", "").endswith("+07:00")
    assert tree.findtext(f"{CAP}info/{CAP}description") == "Air naik cepat"
    assert tree.findtext(f"{CAP}info/{CAP}area/{CAP}geocode/{CAP}value") == "35.16.13"
    assert tree.findtext(f"{CAP}info/{CAP}area/{CAP}areaDesc") == "Kecamatan Sooko, Kabupaten Mojokerto"
    assert signing.holds(tree, [CERTIFICATE])
    other = etree.fromstring(warning.body.replace("Pindah", "Diam!!").encode())
    assert signing.is_signed(other) and not signing.holds(other, [CERTIFICATE])
    if SCHEMA.exists():
        etree.XMLSchema(etree.parse(SCHEMA)).assertValid(tree)


def test_schematic_outlines_never_leave_and_official_ones_do(regency: Region, sari: Person, dimas: Person) -> None:
    sooko = Region.objects.get(pk="35.16.13")
    assert sooko.boundary_kind == "schematic" and message(published(sari, dimas)).find(f".//{CAP}polygon") is None
    Region.objects.filter(pk=sooko.pk).update(boundary_kind="official")
    polygon = message(published(sari, dimas)).findtext(f".//{CAP}polygon", "")
    first = polygon.split()[0]
    assert first == polygon.split()[-1] and first.startswith("-7.")


def test_a_hole_is_cut_open() -> None:
    ring = [[112.0, -7.0], [112.4, -7.0], [112.4, -7.4], [112.0, -7.4], [112.0, -7.0]]
    hole = [[112.1, -7.1], [112.3, -7.1], [112.3, -7.3], [112.1, -7.3], [112.1, -7.1]]
    found = rings({"type": "Polygon", "coordinates": [ring, hole]})
    assert len(found) == 2 and all(one[0] == one[-1] for one in found)
    assert rings({"type": "Point", "coordinates": [1, 2]}) == () and rings({"type": "Nonsense"}) == ()


def test_an_exercise_is_marked_and_needs_no_second_person(regency: Region, sari: Person, camat: Person) -> None:
    warning = actions.approve(warning=actions.draft(told=told(status="Exercise"), by=sari), by=sari)
    tree = message(warning)
    assert tree.findtext(f"{CAP}status") == "Exercise" and "LATIHAN" in tree.findtext(f"{CAP}note", "")
    assert tree.findtext(f"{CAP}info/{CAP}headline", "").startswith("LATIHAN: ")
    told_of = Notice.objects.get(kind="warning")
    assert told_of.context["kind"].startswith("LATIHAN") and [one.person for one in told_of.dispatches.all()] == [camat]


def test_update_all_clear_and_cancel_name_what_was_before(regency: Region, sari: Person, dimas: Person) -> None:
    first = published(sari, dimas)
    update = actions.follow_up(warning=first, message_type="Update", by=sari)
    assert actions.follow_up(warning=first, message_type="Update", by=sari).pk == update.pk
    second = actions.approve(warning=actions.propose(warning=update, by=sari), by=dimas)
    assert [one.pk for one in PublicWarning.objects.in_force(timezone.now())] == [second.pk]
    with pytest.raises(Refused):
        actions.follow_up(warning=first, message_type="Cancel", by=sari)
    clear = actions.follow_up(warning=second, message_type="Update", by=sari, all_clear=True)
    third = actions.approve(warning=actions.propose(warning=clear, by=sari), by=dimas)
    tree = message(third)
    references = tree.findtext(f"{CAP}references", "").split()
    assert [one.split(",")[1] for one in references] == [first.identifier, second.identifier]
    assert tree.findtext(f"{CAP}info/{CAP}responseType") == "AllClear" and tree.findtext(f"{CAP}info/{CAP}urgency") == "Past"
    assert problems(read(third.body.encode())) == []  # type: ignore[arg-type]
    end = actions.follow_up(warning=third, message_type="Cancel", by=sari)
    actions.approve(warning=actions.propose(warning=end, by=sari), by=dimas)
    assert not PublicWarning.objects.in_force(timezone.now()).exists() and PublicWarning.objects.published().count() == 4


def test_two_updates_of_one_warning_do_not_both_go_out(regency: Region, sari: Person, dimas: Person) -> None:
    first = published(sari, dimas)
    update = actions.propose(warning=actions.follow_up(warning=first, message_type="Update", by=sari), by=sari)
    cancel = actions.propose(warning=actions.follow_up(warning=first, message_type="Cancel", by=sari), by=sari)
    actions.approve(warning=update, by=dimas)
    with pytest.raises(Refused):
        actions.approve(warning=cancel, by=dimas)


@pytest.mark.parametrize("wrong", [{"regions": []}, {"headline": " "}, {"expires": "past"}, {"expires": "far"}, {"onset": "late"}])
def test_what_is_not_complete_is_not_proposed(regency: Region, sari: Person, wrong: dict[str, object]) -> None:
    now = timezone.now()
    times = {"past": now - timedelta(hours=1), "far": now + timedelta(days=8), "late": now + timedelta(hours=4)}
    changes = {name: times.get(value, value) if isinstance(value, str) else value for name, value in wrong.items()}
    with pytest.raises(Refused):
        actions.propose(warning=actions.draft(told=told(**changes), by=sari), by=sari)


def test_what_is_sent_back_can_be_changed_and_proposed_again(regency: Region, sari: Person, dimas: Person) -> None:
    warning = actions.propose(warning=actions.draft(told=told(), by=sari), by=sari)
    with pytest.raises(Refused):
        actions.change(warning=warning, told=told(headline="Diam-diam"), by=sari)
    actions.send_back(warning=warning, why="Sebut desanya", by=dimas)
    actions.change(warning=warning, told=told(headline="Banjir di Sooko utara"), by=sari)
    out = actions.approve(warning=actions.propose(warning=warning, by=sari), by=dimas)
    assert out.headline == "Banjir di Sooko utara" and out.returned == ""


def test_feed_message_page_and_certificate_are_for_everybody(client: Client, regency: Region, sari: Person, dimas: Person) -> None:
    assert etree.fromstring(client.get("/cap/feed.xml").content).tag == f"{{{ATOM}}}feed"
    warning = published(sari, dimas)
    actions.draft(told=told(headline="Belum terbit"), by=sari)
    answer = client.get("/cap/feed.xml")
    feed = etree.fromstring(answer.content)
    links = [link.get("href") for link in feed.iterfind(f".//{{{ATOM}}}entry/{{{ATOM}}}link[@rel='alternate']")]
    assert len(links) == 1 and links[0].endswith(f"/cap/{warning.identifier}.xml") and b"Belum terbit" not in answer.content
    xml = client.get(f"/cap/{warning.identifier}.xml")
    assert xml.content == warning.body.encode() and xml["Content-Type"].startswith("application/cap+xml")
    page = client.get(f"/cap/{warning.identifier}").content.decode()
    assert "Pindah ke tempat tinggi." in page and "Yang harus dilakukan" in page
    assert CERTIFICATE in client.get("/cap/certificate.pem").content.decode()
    assert client.get("/cap/feed.xml", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get("/cap/forged.xml").status_code == 404


def test_the_pages_lead_from_the_danger_to_the_approval(regency: Region, sari: Person, dimas: Person) -> None:
    author, approver = signed_in(sari), signed_in(dimas)
    assert "Banjir" in author.get("/warnings/new").content.decode()
    form = author.get("/warnings/new?kind=flood&region=35.16.13&about=/incidents/7").content.decode()
    assert 'value="35.16.13"' in form and "Pindah ke tempat yang lebih tinggi" in form
    end = timezone.localtime() + timedelta(hours=3)
    given = {
        "status": "Actual",
        "headline": "Banjir Sooko",
        "event": "Banjir",
        "category": "Met",
        "severity": "Severe",
        "urgency": "Immediate",
        "certainty": "Observed",
        "regions": ["35.16.13"],
        "expires": end.strftime("%Y-%m-%dT%H:%M"),
        "propose": "1",
    }
    place = author.post("/warnings/new?kind=flood&about=/incidents/7", given)["Location"]
    assert "Setujui dan terbitkan" not in author.get(place).content.decode()
    assert "Setujui dan terbitkan" in approver.get(place).content.decode()
    author.post(f"{place}/do", {"do": "approve"})
    assert not PublicWarning.objects.published().exists()
    approver.post(f"{place}/do", {"do": "approve"})
    out = PublicWarning.objects.published().get()
    assert out.approved_by == dimas and out.about == "/incidents/7"
    assert "Banjir Sooko" in author.get("/warnings").content.decode()
    followed = author.post(f"{place}/do", {"do": "clear"})["Location"]
    assert "Aman: Banjir" in author.get(followed).content.decode()


ENGLISH = {"event": "Flood", "headline": "Flood in Sooko", "instruction": "Move to higher ground."}


def test_a_warning_goes_out_in_english_too_where_its_author_wrote_it(regency: Region, sari: Person, dimas: Person) -> None:
    warning = published(sari, dimas, english=ENGLISH)
    infos = message(warning).findall(f"{CAP}info")
    assert [one.findtext(f"{CAP}language") for one in infos] == ["id", "en"] and problems(read(warning.body.encode())) == []  # type: ignore[arg-type]
    own, english = infos
    assert english.findtext(f"{CAP}headline") == "Flood in Sooko" and english.findtext(f"{CAP}description") is None
    same = [f"{CAP}{name}" for name in ("expires", "severity", "onset", "responseType")] + [f"{CAP}area/{CAP}geocode/{CAP}value"]
    assert [own.findtext(name) for name in same] == [english.findtext(name) for name in same]
    if SCHEMA.exists():
        etree.XMLSchema(etree.parse(SCHEMA)).assertValid(message(warning))
    page = Client().get(warning.get_public_url()).content.decode()
    assert "Flood in Sooko" in page and 'lang="en"' in page
    assert len(message(published(sari, dimas)).findall(f"{CAP}info")) == 1
    update = actions.follow_up(warning=warning, message_type="Update", by=sari)
    assert update.english == ENGLISH
    PublicWarning.objects.filter(pk=update.pk).update(stage="dropped")
    end = actions.follow_up(warning=warning, message_type="Update", by=sari, all_clear=True)
    assert end.english["headline"] == "All clear: Flood"
    drill = actions.approve(warning=actions.draft(told=told(status="Exercise", english=ENGLISH), by=sari), by=sari)
    assert message(drill).findall(f"{CAP}info")[1].findtext(f"{CAP}headline") == "EXERCISE: Flood in Sooko"


def test_half_an_english_warning_is_refused_and_the_usual_words_alone_are_none(regency: Region, sari: Person) -> None:
    half = actions.draft(told=told(english={"instruction": "Move."}), by=sari)
    with pytest.raises(Refused, match="bahasa Inggris"):
        actions.propose(warning=half, by=sari)
    client = signed_in(sari)
    assert "Move to higher ground" in client.get("/warnings/new?kind=flood").content.decode()
    expires = timezone.localtime() + timedelta(hours=2)
    given = {
        "status": "Actual",
        "headline": "Banjir",
        "event": "Banjir",
        "category": "Met",
        "severity": "Severe",
        "urgency": "Expected",
        "certainty": "Likely",
        "expires": expires.strftime("%Y-%m-%dT%H:%M"),
        "regions": ["35.16.13"],
        "event_en": "Flood",
        "instruction_en": "Move.",
    }
    client.post("/warnings/new?kind=flood", given)
    assert PublicWarning.objects.latest("pk").english == {}
    client.post("/warnings/new?kind=flood", {**given, "headline_en": "Flood"})
    made = PublicWarning.objects.latest("pk")
    assert made.english["headline"] == "Flood" and 'value="Flood"' in client.get(f"{made.get_absolute_url()}/edit").content.decode()
