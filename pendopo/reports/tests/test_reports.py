"""Reports from the phone of a citizen to the answer of an agency, and what nobody else reads."""

import io
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook
from PIL import Image

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Kind, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.alerts.models import Alert
from pendopo.indicators.sources import add_source
from pendopo.notify.models import Dispatch
from pendopo.regions.models import Region
from pendopo.reports import actions, keys
from pendopo.reports.actions.importing import rows_of
from pendopo.reports.models import Category, Channel, Cluster, Report, State
from pendopo.ui import strangers

SOOKO = "35.16.13"
TEXT = "Jembatan Brangkal ambrol sejak kemarin, mobil tidak bisa lewat. Hubungi 081234567890."


@pytest.fixture
def dpupr(regency: Region) -> Agency:
    """The office for roads."""
    return Agency.objects.create(code="dpupr", name="Dinas Pekerjaan Umum dan Penataan Ruang", region=regency)


@pytest.fixture
def report(dpupr: Agency) -> Report:
    """A report of a broken bridge."""
    return submitted()


def submitted(text: str = TEXT, place: str = SOOKO, category: str = "jalan", **more: object) -> Report:
    return actions.submit(category=Category.objects.get(code=category), text=text, region=Region.objects.get(pk=place), **more)  # type: ignore[arg-type]


@pytest.fixture
def quick(regency: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test types faster than people."""
    monkeypatch.setattr(strangers, "FASTEST_S", -1.0)
    cache.clear()


def given(client: Client, **more: object) -> dict[str, object]:
    """The fields of the form as a browser sends them."""
    page = client.get("/reports/new").content.decode()
    opened = page.partition('name="opened" value="')[2].partition('"')[0]
    return {"category": "jalan", "text": TEXT, "region": SOOKO, "opened": opened, **more}


def picture() -> SimpleUploadedFile:
    """A photo that says where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    exif.get_ifd(0x8825)[1] = "S"
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(file, "JPEG", exif=exif)
    return SimpleUploadedFile("foto.jpg", file.getvalue(), content_type="image/jpeg")


@pytest.mark.usefixtures("quick", "dpupr")
def test_a_citizen_reports_without_an_account(client: Client) -> None:
    answer = client.post("/reports/new", given(client, photo=picture(), email="ani@contoh.test"))
    made = Report.objects.get()
    assert answer["Location"] == f"/reports/{made.number}?key={keys.key_of(made.number)}" and not made.held
    assert made.agency is not None and made.agency.code == "dpupr" and made.verify_by is not None and made.complete_by is not None
    with made.photo.open("rb") as file:
        stored = file.read()
    assert b"Kamera Rahasia" not in stored and not Image.open(io.BytesIO(stored)).getexif()
    html = client.get(made.get_absolute_url()).content.decode()
    assert "Jembatan Brangkal ambrol" in html and "081234567890" not in html and "ani@contoh.test" not in html
    assert client.get(f"{made.get_absolute_url()}/photo").status_code == 404, "Nobody has looked at it yet."


@pytest.mark.usefixtures("quick", "dpupr")
def test_a_double_click_is_one_report(client: Client) -> None:
    fields = given(client)
    places = {client.post("/reports/new", fields)["Location"] for _ in range(2)}
    assert len(places) == 1 and Report.objects.count() == 1


@pytest.mark.usefixtures("quick", "dpupr")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "x"}, "satu kalimat"),
        ({"region": ""}, "Pilih kecamatan"),
        ({"category": "nothing"}, "pilihan"),
        ({"region": "", "latitude": "51.5", "longitude": "0"}, "di luar"),
        ({"photo": SimpleUploadedFile("a.jpg", b"<script>")}, "bukan gambar"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(client: Client, fields: dict[str, object], words: str) -> None:
    answer = client.post("/reports/new", given(client, **fields))
    assert answer.status_code == 200 and words in answer.content.decode() and not Report.objects.exists()


@pytest.mark.usefixtures("quick", "dpupr")
def test_a_photo_that_is_too_large_is_refused_with_a_sentence(client: Client) -> None:
    photo = SimpleUploadedFile("a.jpg", b"\xff\xd8" + bytes(12 * 1024 * 1024), content_type="image/jpeg")
    answer = client.post("/reports/new", given(client, photo=photo))
    assert answer.status_code == 200 and "lebih besar dari 12 MB" in answer.content.decode() and not Report.objects.exists()


@pytest.mark.usefixtures("dpupr")
def test_what_looks_automatic_waits_and_is_not_lost(client: Client, rani: Person) -> None:
    cache.clear()
    client.post("/reports/new", given(client, website="http://spam.test"))
    made = Report.objects.get()
    assert made.held and made.number not in client.get("/reports").content.decode()
    signed_in(rani).post(f"/handling/{made.number}/act", {"do": "release"})
    assert made.public_title in client.get("/reports").content.decode()


@pytest.mark.usefixtures("quick", "dpupr")
def test_a_flood_is_kept_aside_and_refused_only_beyond_the_houses_share(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pendopo.reports.views.public.LIMITS", strangers.Limits(many=1, flood=2, house=1))
    answers = [client.post("/reports/new", given(client, text=f"{TEXT} {number}")) for number in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
    assert list(Report.objects.order_by("pk").values_list("held", flat=True)) == [False, True, True]
    answer = client.post("/reports/new", given(client, text=TEXT), REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 302 and not Report.objects.order_by("pk").last().held, "Others lose nothing by it."  # type: ignore[union-attr]


def test_scripts_in_every_field_stay_words(client: Client, dpupr: Agency) -> None:
    evil = "<script>alert(1)</script> jembatan rusak"
    made = submitted(evil, title=evil, place=SOOKO)
    Report.objects.filter(pk=made.pk).update(place=evil)
    html = client.get(made.get_absolute_url()).content.decode()
    assert "<script>alert" not in html and "&lt;script&gt;" in html


SECRETS = ("081234567890", "3516131201850003", "(0321) 321456", "ani@contoh.test")


def test_personal_data_in_every_field_is_on_no_public_page_and_is_not_found(client: Client, dpupr: Agency, rani: Person) -> None:
    words = f"Jembatan rusak, hubungi {' atau '.join(SECRETS)}"
    made = submitted(words, title=words, phone="085700000000", email="budi@contoh.test", name="Ani Rahayu")
    Report.objects.filter(pk=made.pk).update(place=words)
    actions.reply(report=made, text=words)
    actions.note(report=made, text=words, by=rani, public=True)
    own = f"{made.get_absolute_url()}?key={keys.key_of(made.number)}"
    number = f"/open311/v2/requests/{made.number}"
    for path in (made.get_absolute_url(), own, "/reports", "/", f"/w/{SOOKO}", "/search?q=jembatan", f"{number}.json", f"{number}.xml"):
        html = client.get(path).content.decode()
        assert "Jembatan rusak" in html, path
        assert not [secret for secret in (*SECRETS, "085700000000", "budi@", "Ani Rahayu") if secret in html], path
    for secret in (*SECRETS, "3456789", "1312018", "ani@"):
        for path in ("/reports", "/search"):
            assert made.number not in client.get(path, {"q": secret}).content.decode(), (path, secret)
    assert made.number in client.get("/reports", {"q": "hubungi"}).content.decode()
    assert made.number in client.get("/reports", {"q": made.number.lower()}).content.decode()


def test_confidential_and_anonymous(client: Client, dpupr: Agency, rani: Person) -> None:
    made = submitted(confidential=True, anonymous=True, name="Ani", phone="0812")
    assert made.name == made.phone == ""
    assert client.get(made.get_absolute_url()).status_code == 404
    assert client.get(f"{made.get_absolute_url()}?key={keys.key_of(made.number)}").status_code == 200
    assert made.number not in client.get("/reports").content.decode()
    assert client.get(f"/open311/v2/requests/{made.number}.json").status_code == 404
    assert signed_in(rani).get(f"/handling/{made.number}").status_code == 200


def test_from_verification_to_rating(client: Client, report: Report, dpupr: Agency) -> None:
    handler = person_in_post("dpupr@mojokerto.test", "Petugas", Role.STEWARD, agency=dpupr)
    browser, page = signed_in(handler), f"/handling/{report.number}"
    key = {"key": keys.key_of(report.number)}
    browser.post(f"{page}/act", {"do": "verify", "category": "jalan", "classification": "complaint"})
    report.refresh_from_db()
    assert report.state == State.VERIFIED and report.answer_by is not None
    browser.post(f"{page}/act", {"do": "answer", "text": "Jembatan darurat sudah dipasang."})
    assert "Jembatan darurat sudah dipasang." in client.get(report.get_absolute_url()).content.decode()
    client.post(f"{report.get_absolute_url()}/act", {"do": "reopen", "text": "Masih goyang.", **key})
    report.refresh_from_db()
    assert report.state == State.VERIFIED and report.reopened == 1
    actions.answer(report=report, text="Sudah diperkuat.", by=handler)
    client.post(f"{report.get_absolute_url()}/act", {"do": "rate", "stars": "5", **key})
    report.refresh_from_db()
    assert report.state == State.CLOSED and report.rating == 5
    assert client.post(f"{report.get_absolute_url()}/act", {"do": "rate", "stars": "1"}).status_code == 302
    report.refresh_from_db()
    assert report.rating == 5, "Without the key nobody rates."


def test_the_reporter_gets_a_letter(report: Report, rani: Person) -> None:
    Report.objects.filter(pk=report.pk).update(email="ani@contoh.test")
    actions.answer(report=report, text="Sudah diperbaiki.", by=rani)
    letter = Dispatch.objects.get(target="ani@contoh.test")
    assert report.number in letter.subject and "Sudah diperbaiki." in letter.text and not mail.outbox


def test_others_do_not_see_or_handle_it(report: Report, budi: Person, camat: Person) -> None:
    assert signed_in(budi).get(f"/handling/{report.number}").status_code == 404
    assert signed_in(camat).get(f"/handling/{report.number}").status_code == 200, "It is in his district."
    assert signed_in(camat).post(f"/handling/{report.number}/act", {"do": "answer", "text": "x"}).status_code == 403
    html = signed_in(camat).get(f"/handling/{report.number}").content.decode()
    assert "081234567890" not in html


def test_an_abusive_report_leaves_public_view_in_every_state(client: Client, report: Report, dpupr: Agency, budi: Person) -> None:
    browser = signed_in(person_in_post("dpupr@mojokerto.test", "Petugas", Role.STEWARD, agency=dpupr))
    page, own = f"/handling/{report.number}/act", f"{report.get_absolute_url()}?key={keys.key_of(report.number)}"
    actions.note(report=report, text="Pelapor dikenal pemarah", by=report_handler(), public=False)
    browser.post(page, {"do": "answer", "text": "Sudah diperbaiki."})
    browser.post(page, {"do": "hold", "text": " "})
    assert client.get(report.get_absolute_url()).status_code == 200, "Not without a reason."
    assert signed_in(budi).post(page, {"do": "hold", "text": "Tidak suka"}).status_code == 404
    browser.post(page, {"do": "hold", "text": "Menghina seorang warga."})
    browser.post(page, {"do": "answer", "text": "Jawaban kedua."})
    assert client.get(report.get_absolute_url()).status_code == 404
    assert report.number not in client.get("/reports").content.decode()
    html = client.get(own).content.decode()
    assert "Menghina seorang warga." in html and "Jawaban kedua." in html and "pemarah" not in html
    browser.post(page, {"do": "release"})
    assert client.get(report.get_absolute_url()).status_code == 200


def report_handler() -> Person:
    """Somebody of the office."""
    return Person.objects.get(email="dpupr@mojokerto.test")


def test_me_too_counts_a_browser_once(client: Client, report: Report) -> None:
    for _ in range(3):
        client.post(f"{report.get_absolute_url()}/act", {"do": "agree"})
    Client().post(f"{report.get_absolute_url()}/act", {"do": "agree"})
    assert report.agreements.count() == 2


def test_a_reporter_joins_the_same_thing(client: Client, report: Report) -> None:
    twin = submitted("Jembatan brangkal ambrol, tolong segera diperbaiki mobil lewat")
    key = keys.key_of(twin.number)
    assert report.number in client.get(f"{twin.get_absolute_url()}?key={key}").content.decode()
    client.post(f"{twin.get_absolute_url()}/act", {"do": "same", "into": report.number, "key": key})
    twin.refresh_from_db()
    assert twin.state == State.MERGED and twin.joined == report and report.agreements.count() == 1


def test_a_matter_of_the_place_goes_to_the_office_of_the_place(regency: Region) -> None:
    office = Agency.objects.create(code="sooko", name="Kantor Kecamatan Sooko", kind=Kind.DISTRICT, region_id=SOOKO)
    village = Region.objects.filter(parent=SOOKO).first()
    assert village is not None
    assert actions.agency_for(Category.objects.get(code="layanan-kecamatan"), village) == office


def test_overdue_is_public(client: Client, report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(verify_by=timezone.now() - timedelta(hours=1))
    assert report.public_title in client.get("/reports?late=1").content.decode()
    assert "verifikasi terlambat" in client.get(report.get_absolute_url()).content.decode()
    assert Report.objects.overdue().count() == 1


def test_answered_reports_close_after_ten_working_days(report: Report, rani: Person) -> None:
    actions.answer(report=report, text="Sudah.", by=rani)
    report.refresh_from_db()
    assert report.reply_by is not None
    assert actions.close_silent(now=report.reply_by - timedelta(seconds=1)) == 0
    assert actions.close_silent(now=report.reply_by) == 1 == Report.objects.filter(state=State.CLOSED).count()
    with pytest.raises(Refused):
        actions.reopen(report=report, text="Belum", now=report.reply_by)


def test_keepers_are_told_once_a_day_what_waits(report: Report, dpupr: Agency) -> None:
    keeper = person_in_post("dpupr@mojokerto.test", "Petugas", Role.STEWARD, agency=dpupr)
    Report.objects.filter(pk=report.pk).update(verify_by=timezone.now() - timedelta(hours=1))
    assert [actions.remind() for _ in range(2)] == [1, 0]
    letter = Dispatch.objects.get(person=keeper)
    assert "1 laporan warga menunggu, 1 terlambat" in letter.subject and letter.notice.about == "/handling"


def test_many_reports_of_one_thing_raise_one_alert_and_are_answered_together(
    client: Client, dpupr: Agency, bpbd: Agency, rani: Person
) -> None:
    source = add_source(code="pendopo", name="Pendopo", agency=bpbd, by=None)
    for number in range(4):
        submitted(f"Banjir di dusun nomor {number}, air masuk rumah", category="banjir", place=f"35.16.13.200{number + 1}")
    for _ in range(2):
        actions.note_clusters(source=source)
    cluster = Cluster.objects.get()
    alert = Alert.objects.get()
    assert cluster.most == 4 and alert.region_id == SOOKO and alert.link == cluster.get_absolute_url() and alert.severity == "Severe"
    browser = signed_in(rani)
    assert browser.get(alert.link).status_code == 200
    browser.post(alert.link, {"text": "Perahu karet sudah dikirim, air mulai surut."})
    assert Report.objects.filter(state=State.ANSWERED).count() == 4
    actions.note_clusters(source=source, now=timezone.now() + timedelta(days=2))
    assert Cluster.objects.get().ended is not None and Alert.objects.get().ended is not None


HEADING = [
    "tracking_id",
    "tanggal_masuk",
    "waktu_masuk",
    "klasifikasi",
    "kategori",
    "judul",
    "isi_laporan_akhir",
    "dinas_tujuan",
    "status_final",
    "kecamatan_final",
]


def test_an_export_of_lapor_comes_in_once(dpupr: Agency, rani: Person) -> None:
    book = Workbook()
    for line in (
        HEADING,
        [
            "111",
            "2024-05-09",
            "08:30",
            "Pengaduan tidak berkadar pengawasan",
            "Infrastruktur",
            "Jalan",
            "Jalan berlubang besar",
            "dpupr",
            "Selesai",
            "Sooko",
        ],
        ["222", "2024-05-10", "", "Permintaan Informasi", "", "", "Bagaimana syarat membuat KTP", "", "Diproses", ""],
        ["333", "kemarin", "", "", "", "", "Tanggalnya tidak terbaca", "", "", ""],
    ):
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    for expected in ((2, 0), (0, 2)):
        file.seek(0)
        outcome = actions.import_lapor(rows=rows_of(file, "ekspor.xlsx"), by=rani)
        assert (outcome.new, outcome.known, len(outcome.problems)) == (*expected, 1)
    first = Report.objects.get(channel=Channel.LAPOR, outside_id="111")
    assert first.region_id == SOOKO and first.category.code == "jalan" and first.state == State.CLOSED and first.confidential
    assert Report.objects.get(outside_id="222").classification == "information"


def test_a_point_finds_its_district(regency: Region) -> None:
    made = submitted(point=(Decimal("-7.504811"), Decimal("112.413157")))
    assert made.latitude == Decimal("-7.504811")


def test_the_stamp_tells_programs_from_people(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = strangers.stamp()
    form = strangers.StrangerForm({"opened": shown})
    assert form.is_valid() and form.is_doubtful
    later = time.time() + 5
    monkeypatch.setattr(time, "time", lambda: later)
    assert not form.is_doubtful
