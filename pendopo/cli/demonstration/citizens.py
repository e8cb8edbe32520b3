"""The public face of the demonstration: what citizens reported, services that everyone sees, a request for data, and what was read."""

from datetime import datetime, timedelta

from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.network.models import Service
from pendopo.portal.actions import note_visits
from pendopo.portal.guides.actions import say
from pendopo.portal.opendata.actions import answer as answer_data
from pendopo.portal.opendata.actions import ask, count_use
from pendopo.portal.opendata.models import DataRequest, Outcome
from pendopo.portal.services.actions import show
from pendopo.regions.models import Region
from pendopo.reports import actions as reports
from pendopo.reports.models import Category, Report

# Category, place, days ago, what was written, whether it was verified, the answer, stars.
TOLD = (
    (
        "jalan",
        "35.16.13.2004",
        15.0,
        "Jalan depan balai desa berlubang sejak musim hujan, sudah dua motor jatuh.",
        True,
        "Lubang sudah ditambal hari Selasa. Perbaikan penuh masuk rencana bulan depan.",
        5,
    ),
    (
        "lampu-jalan",
        "35.16.08.2002",
        11.0,
        "Lampu penerangan jalan padam sepanjang gang menuju sekolah.",
        True,
        "Dua belas lampu sudah diganti.",
        4,
    ),
    (
        "air-bersih",
        "35.16.05",
        12.0,
        "Air PDAM keruh dan berbau sejak tiga hari, satu dusun terdampak.",
        True,
        "Pipa yang bocor sudah diperbaiki dan saluran dibilas. Mohon dilaporkan lagi bila masih keruh.",
        2,
    ),
    ("sampah", "35.16.18", 9.0, "Sampah menumpuk di tepi sungai dekat jembatan, mulai berbau.", True, "", 0),
    ("kependudukan", "35.16.10", 40.0, "Antrean pembuatan KTP sangat lama, blanko katanya habis.", True, "", 0),
    ("kesehatan", "35.16.03", 4.0, "Banyak nyamuk di dusun kami, sudah ada dua anak demam tinggi.", True, "", 0),
    ("pendidikan", "35.16.12", 3.0, "Atap ruang kelas dua bocor bila hujan, anak-anak pindah ke mushala.", False, "", 0),
    ("banjir", "35.16.13.2001", 0.08, "Air Kali Brangkal masuk rumah warga setinggi lutut, listrik padam.", False, "", 0),
    ("banjir", "35.16.13.2002", 0.07, "Banjir di belakang pasar Sooko, jalan tidak bisa dilewati motor.", False, "", 0),
    ("banjir", "35.16.13.2004", 0.05, "Saluran tersumbat, air meluap ke jalan desa dan masuk sekolah.", False, "", 0),
    ("internet", "35.16.07", 0.9, "Wi-Fi publik di alun-alun tidak tersambung sejak kemarin.", False, "", 0),
)
VOICES = {0: 14, 3: 9, 4: 31, 7: 6}
SERVICES = (
    ("internet", "Internet kantor pemerintah", "Government internet", "Sambungan internet semua kantor."),
    ("srikandi", "Persuratan (Srikandi)", "Letters (Srikandi)", "Surat menyurat antarinstansi."),
)


def seed_citizens(now: datetime | None = None) -> bool:
    """Makes the public face whole; False when it stands already. Needs the people and agencies of the demonstration."""
    moment = now or timezone.now()
    officer = Person.objects.filter(email="sari.kusuma@mojokerto.test").first()
    if officer is None or Report.objects.exists():
        return False
    categories = {one.code: one for one in Category.objects.all()}
    for number, (code, place, days, text, verified, answer, stars) in enumerate(TOLD):
        region = Region.objects.filter(pk=place).first() or Region.objects.get(pk=place[:8])
        made = reports.submit(category=categories[code], text=text, region=region, created=moment - timedelta(days=days))
        for voice in range(VOICES.get(number, 0)):
            reports.agree(report=made, who=f"{number}-{voice}")
        if verified:
            made = reports.verify(report=made, by=officer)
        if answer:
            reports.answer(report=made, text=answer, by=officer)
            reports.rate(report=made, stars=stars)
    for code, name_id, name_en, about in SERVICES:
        service = Service.objects.filter(code=code).first()
        if service is not None:
            show(service=service, name_id=name_id, name_en=name_en, about=about, by=officer)
    seed_reading(officer, moment)
    return True


def seed_reading(officer: Person, moment: datetime) -> None:
    """A month of readers, downloads, answers to guides, and two requests for data."""
    if DataRequest.objects.exists():
        return
    districts = list(Region.objects.filter(parent="35.16").order_by("pk").values_list("pk", flat=True))
    for back in range(30):
        day = timezone.localdate(moment - timedelta(days=back))
        visits = {f"/w/{code}": 3 + (7 * back + 5 * number) % 23 for number, code in enumerate(districts) if (back + number) % 3}
        note_visits(visits={"/": 180 + (37 * back) % 90, **visits}, day=day)
    for code in ("population", "river-level", "covid-cases"):
        count_use(dataset=code, form="csv", day=timezone.localdate(moment))
    for solved in (True, True, True, False, True):
        say(guide="melapor", solved=solved, question="Bagaimana melampirkan lebih dari satu foto?")
    asked = ask(
        what="Harga cabai dan beras per pasar, harian",
        purpose="Menentukan waktu panen kelompok tani",
        asker="business",
        email="",
        held=False,
    )
    answer_data(request=asked, outcome=Outcome.PUBLISHED, text="Terbit setiap hari di halaman data terbuka.", by=officer)
    ask(what="Daftar titik Wi-Fi publik dengan jam layanannya", purpose="", asker="school", email="", held=False)
