"""Members and start-ups of the demonstration: passes, house rules, milestones, the data they use, a programme, an event."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.coworking.members import actions as members
from pendopo.coworking.members.models import Member
from pendopo.coworking.places.models import Place
from pendopo.coworking.startups import actions as startups
from pendopo.coworking.startups.models import Programme, Startup
from pendopo.indicators.models import Indicator
from pendopo.regions.models import Region

KEEPER = "hendra.gunawan@mojokerto.test"
RULES = """Jaga ketenangan di ruang meja; telepon di lorong atau di studio.
Kembalikan ruang seperti semula dan matikan alat yang dipakai.
Lapor datang dalam 20 menit; yang tidak datang melepas tempatnya untuk orang lain.
Tamu didaftarkan lebih dulu. Dilarang merokok di dalam gedung."""
PLANS = (
    ("harian", "Harian", 8, 16, 14, False, 30, 0, "Meja saja, untuk mencoba."),
    ("rintisan", "Rintisan", 10, 40, 90, True, 90, 150_000, "Meja, ruang rapat, dan studio untuk usaha rintisan."),
)
# E-mail, district, woman, start-up, plan.
WHO = (
    ("ayu.lestari@contoh.test", "35.16.13.2001", True, "Pasar Tani", "rintisan"),
    ("fajar.nugroho@contoh.test", "35.16.08.1004", False, "", "harian"),
    ("siti.maisaroh@contoh.test", "35.16.12.2001", True, "Suara Majapahit", "rintisan"),
    ("bima.saputra@contoh.test", "35.16.03.2001", False, "Irigasi Cerdas", "rintisan"),
    ("dewi.anggraini@contoh.test", "35.16.16.2001", True, "Batik Surya", "rintisan"),
    ("rini.astuti@contoh.test", "35.16.13.2001", True, "", "harian"),
    ("galih.prakoso@contoh.test", "35.16.13.2001", False, "Pasar Tani", "rintisan"),
    ("mega.puspita@contoh.test", "35.16.13.2001", True, "Batik Surya", "harian"),
    ("taufik.hidayat@contoh.test", "35.16.08.1004", False, "", "harian"),
    ("intan.permata@contoh.test", "35.16.13.2001", True, "", "harian"),
    ("yusuf.maulana@contoh.test", "35.16.12.2001", False, "", "harian"),
    ("laila.safitri@contoh.test", "35.16.13.2001", True, "", "harian"),
)
# Name, one line, stage, sector, district, founder, what it looks for, indicator and what for.
STARTUPS = (
    (
        "Pasar Tani",
        "Harga adil bagi petani: sayur dari kebun ke dapur dalam sehari.",
        "growth",
        "Pangan",
        "35.16.13",
        0,
        "Mitra gudang dingin",
        "price-chili",
        "Menawar harga harian kepada petani",
    ),
    (
        "Irigasi Cerdas",
        "Sensor murah yang memberi tahu kapan sawah perlu air.",
        "prototype",
        "Pertanian",
        "35.16.03",
        3,
        "Sawah percobaan di Pacet dan Trawas",
        "rainfall",
        "Menghitung kebutuhan air dari hujan",
    ),
    (
        "Suara Majapahit",
        "Siniar dan tur suara situs Majapahit untuk wisatawan.",
        "market",
        "Wisata",
        "35.16.12",
        2,
        "Penutur bahasa asing",
        "air-pm25",
        "Menyarankan hari yang nyaman berkunjung",
    ),
    (
        "Batik Surya",
        "Batik tulis Mojokerto dengan pewarna alam, dijual daring.",
        "market",
        "Kriya",
        "35.16.16",
        4,
        "Fotografer produk",
        "price-cooking-oil",
        "Membagi risiko bahan baku",
    ),
)
# Start-up, milestone, days from now until it is due, days ago it was reached (0: not yet), jobs, revenue, funding; checked when reached.
MILESTONES = (
    (0, "100 petani memasok setiap pekan", -120, 128, 6, 84_000_000, 0),
    (0, "Gudang kedua di Mojosari", -30, 34, 9, 212_000_000, 150_000_000),
    (0, "Menembus 300 petani", 60, 0, 0, 0, 0),
    (1, "Purwarupa tahan satu musim tanam", -45, 50, 2, 0, 75_000_000),
    (1, "Dua puluh sensor terpasang", 75, 0, 0, 0, 0),
    (2, "Sepuluh tur suara terbit", -60, 66, 3, 31_000_000, 0),
    (3, "Ekspor pertama ke Malaysia", -15, 12, 4, 58_000_000, 20_000_000),
)


HOURS = ((2, "Ibu Ratih", "Membaca arus kas"), (3, "Pak Yusuf", "Menjual ke pemerintah"), (5, "Ibu Ratih", "Izin pangan olahan"))


def seed_startups(now: datetime | None = None) -> bool:
    """Makes them once; False when they stand already or the co-working space does not."""
    moment = now or timezone.now()
    by = Person.objects.filter(email=KEEPER).first()
    if by is None or Startup.objects.exists() or not Place.objects.exists():
        return False
    today = timezone.localdate(moment)
    rules = members.write_rules(text=RULES, by=by)
    plans = {
        code: members.set_plan(
            code=code,
            by=by,
            name=name,
            hours_day=day,
            hours_week=week,
            ahead_days=ahead,
            rooms=rooms,
            days=days,
            price=Decimal(price),
            about=about,
        )
        for code, name, day, week, ahead, rooms, days, price, about in PLANS
    }
    joined: list[Member] = []
    for email, region, woman, startup_name, plan in WHO:
        person = Person.objects.get(email=email)
        asked = members.register(
            name=person.name,
            email=email,
            rules=rules,
            village=Region.objects.get(pk=region),
            woman=woman,
            startup_name=startup_name,
            by=person,
        )
        joined.append(members.let_in(member=asked, by=by))
        members.give_pass(member=joined[-1], plan=plans[plan], since=today - timedelta(days=20), by=by)
    made = [_startup(row, joined, today, by) for row in STARTUPS]
    programme = _programme(today, made, by, moment)
    for which, title, due, ago, jobs, revenue, funding in MILESTONES:
        stone = startups.set_milestone(startup=made[which], title=title, due=today + timedelta(days=due), programme=programme, by=by)
        if ago:
            startups.reach_milestone(
                milestone=stone,
                day=today - timedelta(days=ago),
                jobs=jobs,
                revenue=Decimal(revenue),
                funding=Decimal(funding),
                proof="Laporan keuangan dan daftar karyawan",
                by=by,
            )
            startups.check_milestone(milestone=stone, by=by)
    return True


def _startup(row: tuple[str, str, str, str, str, int, str, str, str], joined: list[Member], today: date, by: Person) -> Startup:
    name, line, stage, sector, region, founder, needs, indicator, what_for = row
    made = startups.set_startup(
        code=name.lower().replace(" ", "-"),
        by=by,
        name=name,
        line=line,
        stage=stage,
        sector=sector,
        needs=needs,
        agency=Place.objects.order_by("pk")[0].agency,
        region=Region.objects.get(pk=region),
        founded=today.replace(day=1) - timedelta(days=500),
        about=f"{line} (simulasi)",
    )
    member = joined[founder]
    startups.add_to_team(startup=made, name=member.name, member=member, task="Pendiri", shown=True, by=by)
    if found := Indicator.objects.filter(code=indicator).first():
        startups.name_dataset(startup=made, indicator=found, what_for=what_for, by=by)
    startups.publish_startup(startup=made, by=by)
    return made


def _programme(today: date, made: list[Startup], by: Person, moment: datetime) -> Programme:
    """A programme in its course with a cohort, hours of a mentor, and an open evening."""
    programme = startups.set_programme(
        code="rintisan-majapahit",
        by=by,
        name="Rintisan Majapahit",
        seats=8,
        about="Enam bulan pendampingan dari gagasan sampai pelanggan pertama.",
        call_opens=today - timedelta(days=200),
        call_closes=today + timedelta(days=20),
        begins=today - timedelta(days=150),
        ends=today + timedelta(days=30),
    )
    for startup in made[:3]:
        sent = startups.apply(programme=programme, startup=startup, text=startup.line, by=by)
        startups.decide_application(application=sent, accept=True, by=by)
    zone = ZoneInfo(settings.TIME_ZONE)
    for days, mentor, topic in HOURS:
        start = datetime.combine(today + timedelta(days=days), time(14), zone)
        startups.offer_hour(programme=programme, mentor=mentor, topic=topic, start=start, end=start + timedelta(hours=1), by=by)
    evening = datetime.combine(today + timedelta(days=6), time(15, 30), zone)
    event = startups.set_event(
        code="temu-warga",
        by=by,
        name="Temu warga: data terbuka untuk usaha",
        place=Place.objects.order_by("pk").first(),
        start=evening,
        end=evening + timedelta(hours=2),
        seats=40,
        about="Usaha rintisan memperlihatkan apa yang mereka bangun dari data terbuka.",
    )
    for name, email in (("Rizal", "rizal@contoh.test"), ("Nia", "nia@contoh.test")):
        startups.register_for(event=event, name=name, email=email, now=moment)
    return programme
