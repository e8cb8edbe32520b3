"""Papers: attendance and quorum, minutes whose tasks live on, and PDFs that stand in the book of deeds."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.meetings.actions import end, sit_down, stand_up, take_seat
from pendopo.meetings.models import Meeting, Minutes, Paper, Part
from pendopo.meetings.papers import actions
from pendopo.meetings.papers.actions import PointSpec, TaskSpec
from pendopo.meetings.papers.attendance import sheet_of
from pendopo.meetings.papers.setting import context_of
from pendopo.meetings.planning.actions import Plan, arrange
from pendopo.meetings.planning.logic import Guest
from pendopo.orders.models import Order
from pendopo.wall.brief.due import orders_due

try:
    from pendopo.ui import pressing
except OSError:  # the libraries of the machine that set type are not there
    pressing = None  # type: ignore[assignment]
needs_press = pytest.mark.skipif(pressing is None, reason="Pango is not on this machine: `pendopo doctor` names its packages.")

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(sari: Person, bpbd: Agency, dinkes: Agency) -> Meeting:
    """Sari's meeting with two agencies and a guest, quorum two."""
    wish = Plan(
        "Kesiapan banjir", timezone.now(), agenda="1. Tanggul\n2. Perahu", quorum=2, agencies=[bpbd, dinkes], guests=[Guest("Ani", "")]
    )
    return arrange(wish=wish, by=sari)[0]


def come(
    meeting: Meeting, name: str, agency: str = "", person: Person | None = None, *, for_s: float = 600, guest: int | None = None
) -> None:
    """Somebody was in the room for so long."""
    key = f"p{person.pk}" if person else f"g{name}"
    take_seat(
        meeting=meeting, key=key, name=name, agency=agency, part=Part.SPEAKER, invited=True, person=person and person.pk, invitee=guest
    )
    stay = sit_down(meeting=meeting, key=key)
    type(stay).objects.filter(pk=stay.pk).update(joined=timezone.now() - timedelta(seconds=for_s))
    stand_up(stay=stay.pk)


def test_the_sheet_is_what_happened_and_counts_the_quorum(meeting: Meeting, sari: Person, budi: Person) -> None:
    come(meeting, "Budi", "BPBD", budi)
    come(meeting, "Budi", "BPBD", budi, for_s=60)
    found = sheet_of(meeting)
    assert [(one.name, round(one.seconds)) for one in found.people] == [("Budi", 660)] and found.people[0].minutes == 11
    assert found.came == 1 and found.reached is False
    page = signed_in(sari).post(f"/meetings/{meeting.code}/attendance", {"people": "dr. Citra, Dinas Kesehatan\nPak Lurah"}, follow=True)
    assert "tercapai" in page.content.decode() and "Pak Lurah" in page.content.decode()
    after = sheet_of(meeting)
    assert after.came == 2 and after.reached and {str(row): there for row, there in after.parties}["Ani"] is False
    assert signed_in(budi).post(f"/meetings/{meeting.code}/attendance", {"people": "Hantu"}).status_code == 403
    stated = meeting.declared.get(name="Pak Lurah")
    signed_in(sari).post(f"/meetings/{meeting.code}/attendance", {"withdraw": stated.pk})
    assert not meeting.declared.filter(name="Pak Lurah").exists()
    assert list(Entry.objects.filter(verb__in=["stated", "unstated"]).order_by("pk").values_list("verb", flat=True)) == [
        "stated",
        "unstated",
    ]


def test_minutes_begin_with_the_agenda_and_their_tasks_live_on(meeting: Meeting, sari: Person, camat: Person, budi: Person) -> None:
    client, path = signed_in(sari), f"/meetings/{meeting.code}/minutes"
    page = client.get(path).content.decode()
    assert 'value="Tanggul"' in page and 'value="Perahu"' in page
    post = camat.holdings.get().post
    due = (timezone.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    form = {
        "opening": "Dibuka Sekda",
        "revision": "0",
        "p0-title": "Tanggul",
        "p0-discussion": "Retak",
        "p0-decision": "Ditambal",
        "p1-title": "",
        "p1-decision": "",
        "p1-discussion": "",
        "t0-what": "Tambal tanggul",
        "t0-to": post.pk,
        "t0-due": due,
    }
    assert client.post(path, {**form, "t1-what": "Tanpa pelaksana", "t1-to": ""}).status_code == 200, "nobody does it"
    assert client.post(path, {**form, "save": "1"}).status_code == 302 and not Order.objects.exists()
    assert signed_in(budi).get(path).status_code == 403
    assert client.post(path, {**form, "approve": "1"}).status_code == 409, "the page was older than the draft"
    assert client.post(path, {**form, "revision": "1", "approve": "1"}).status_code == 302
    order = Order.objects.get()
    assert order.about == meeting.page and order.to == post and order.by == sari
    assert [one.about for one in orders_due(camat, timezone.now())] == ["Tambal tanggul"]
    assert "Ditambal" in signed_in(budi).get(path).content.decode()
    assert "Tambal tanggul" in client.get(meeting.page).content.decode()
    with pytest.raises(Refused):
        actions.write_minutes(meeting=meeting, opening="anders", points=[], tasks=[], revision=2, by=sari)


def test_minutes_that_were_not_approved_can_be_sent_again(meeting: Meeting, sari: Person) -> None:
    client, path = signed_in(sari), f"/meetings/{meeting.code}/minutes"
    assert client.post(path, {"revision": "0", "approve": "1"}).status_code == 409, "they are empty"
    again = client.post(path, {"revision": "0", "p0-title": "Tanggul", "p0-discussion": "", "p0-decision": "", "approve": "1"})
    assert again.status_code == 302 and Minutes.objects.get().approved, "nobody else wrote meanwhile"


def test_approving_waits_for_a_draft_that_is_being_saved(meeting: Meeting, sari: Person) -> None:
    minutes = actions.write_minutes(meeting=meeting, opening="Dibuka", points=[], tasks=[], revision=0, by=sari)
    with CaptureQueriesContext(connection) as asked:
        actions.approve(minutes=minutes, by=sari)
    held = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"]]
    assert held and held[0].endswith('FOR UPDATE OF "meetings_meeting"'), "both take the meeting first"


def write(meeting: Meeting, by: Person, tasks: list[TaskSpec] | None = None) -> Minutes:
    points = [PointSpec("Tanggul", "Retak 3 meter <b>", "Ditambal minggu ini")]
    minutes = actions.write_minutes(meeting=meeting, opening="Dibuka pukul 09.00", points=points, tasks=tasks or [], revision=0, by=by)
    actions.approve(minutes=minutes, by=by)
    return minutes


@needs_press
def test_papers_are_official_letters_whose_hash_stands_in_the_book(meeting: Meeting, sari: Person, budi: Person, settings: object) -> None:
    come(meeting, "Budi", "BPBD", budi)
    end(meeting=meeting, by=sari)
    client = signed_in(sari)
    assert client.post(f"/meetings/{meeting.code}/press", {"kind": "minutes"}).status_code == 302 and not Paper.objects.exists()
    write(meeting, sari)
    for kind in ("minutes", "invitation"):
        client.post(f"/meetings/{meeting.code}/press", {"kind": kind, "number": "005/12/2026"})
    for paper in Paper.objects.all():
        body = client.get(paper.get_absolute_url()).content
        assert body.startswith(b"%PDF-") and hashlib.sha256(body).hexdigest() == paper.digest and not paper.signed
        assert Entry.objects.filter(verb="papered", after__digest=paper.digest).exists()
        kept = Path(paper.file.path)
        assert signed_in(budi).get(paper.get_absolute_url()).content == body
        kept.unlink()
    assert {paper.kind for paper in Paper.objects.all()} == {"minutes", "invitation"}


def test_what_a_paper_says(meeting: Meeting, sari: Person) -> None:
    said = context_of(meeting, "invitation", "5")
    assert said["agenda"] == ["1. Tanggul", "2. Perahu"] and said["post"].endswith("Sari") and not said["apart"] and said["zone"] == "WIB"


def certificate(folder: Path) -> Path:
    """A PKCS#12 file of one's own."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Pendopo")])
    now = datetime.now().astimezone()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = folder / "tanda.p12"
    place.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, made, None, serialization.BestAvailableEncryption(b"rahasia")))
    return place


@needs_press
def test_with_a_certificate_papers_are_signed(meeting: Meeting, sari: Person, settings: object, tmp_path: Path) -> None:
    settings.SIGN_CERTIFICATE, settings.SIGN_PASSWORD = str(certificate(tmp_path)), "rahasia"  # type: ignore[attr-defined]
    client = signed_in(sari)
    client.post(f"/meetings/{meeting.code}/press", {"kind": "invitation"})
    paper = Paper.objects.get()
    body = Path(paper.file.path).read_bytes()
    Path(paper.file.path).unlink()
    assert paper.signed and b"ETSI.CAdES.detached" in body
    settings.SIGN_PASSWORD = "salah"  # type: ignore[attr-defined]
    page = client.post(f"/meetings/{meeting.code}/press", {"kind": "invitation"}, follow=True)
    assert "PENDOPO_SIGN_CERTIFICATE" in page.content.decode() and Paper.objects.count() == 1
