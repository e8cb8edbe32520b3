"""The co-working space of the demonstration: two places, one with a plan, holidays, people who work there, bookings past and to come."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from pendopo.agencies.actions import add_person
from pendopo.agencies.models import Agency, Person
from pendopo.coworking.bookings import actions as bookings
from pendopo.coworking.bookings.actions import Unavailable, Wish
from pendopo.coworking.places import actions as places
from pendopo.coworking.places.models import Place, Resource
from pendopo.regions.models import Region

HERE = Path(__file__).resolve().parent
KEEPER = "disperindag"
OFFICE_HOURS = "Mo-Fr 08:00-17:00"

# Code, name, kind, people, features, and whether a steward approves.
MOJOSARI = (
    ("ruang-majapahit", "Ruang Majapahit", "room", 20, ("projector", "screen", "video", "wheelchair"), True),
    ("ruang-trowulan", "Ruang Trowulan", "room", 6, ("projector", "whiteboard", "wheelchair"), False),
    ("ruang-brantas", "Ruang Brantas", "room", 8, ("screen", "video", "whiteboard", "projector"), False),
    ("studio-podcast", "Studio podcast", "studio", 4, ("recording", "quiet"), False),
    ("lab-purwarupa", "Lab purwarupa", "studio", 6, ("printer3d",), False),
    *((f"meja-{number}", f"Meja {number}", "desk", 1, ("wheelchair",) if number < 3 else (), False) for number in range(1, 9)),
)
TROWULAN = (
    ("ruang-bajang-ratu", "Ruang Bajang Ratu", "room", 10, ("projector", "whiteboard"), False),
    ("ruang-wringin-lawang", "Ruang Wringin Lawang", "room", 4, ("screen",), False),
    *((f"trowulan-meja-{number}", f"Meja {number} Trowulan", "desk", 1, (), False) for number in range(1, 5)),
    ("proyektor-jinjing", "Proyektor jinjing", "equipment", 1, ("projector",), False),
)
# National holidays on a fixed date; those that follow the moon are added by a steward when the year's decree is out.
HOLIDAYS = ((1, 1, "Tahun Baru"), (5, 1, "Hari Buruh"), (6, 1, "Hari Lahir Pancasila"), (8, 17, "Hari Kemerdekaan"), (12, 25, "Hari Natal"))

PEOPLE = (
    ("ayu.lestari@contoh.test", "Ayu Lestari"),
    ("fajar.nugroho@contoh.test", "Fajar Nugroho"),
    ("siti.maisaroh@contoh.test", "Siti Maisaroh"),
    ("bima.saputra@contoh.test", "Bima Saputra"),
    ("dewi.anggraini@contoh.test", "Dewi Anggraini"),
    ("rini.astuti@contoh.test", "Rini Astuti"),
    ("galih.prakoso@contoh.test", "Galih Prakoso"),
    ("mega.puspita@contoh.test", "Mega Puspita"),
    ("taufik.hidayat@contoh.test", "Taufik Hidayat"),
    ("intan.permata@contoh.test", "Intan Permata"),
    ("yusuf.maulana@contoh.test", "Yusuf Maulana"),
    ("laila.safitri@contoh.test", "Laila Safitri"),
)
# Whose, what, from, for how many hours, what for: on every working day of two weeks before and one after.
HABITS = (
    (0, "ruang-trowulan", 9, 2, "Rapat tim Pasar Tani"),
    (1, "meja-3", 8, 4, "Kerja harian"),
    (2, "studio-podcast", 13, 2, "Rekaman siniar UMKM"),
    (3, "lab-purwarupa", 10, 3, "Purwarupa sensor irigasi"),
    (4, "ruang-bajang-ratu", 14, 2, "Kelas pemasaran digital"),
    (1, "ruang-brantas", 15, 1, "Bimbingan mentor"),
    (5, "meja-1", 8, 3, "Menjahit pesanan"),
    (6, "meja-2", 9, 4, "Menulis aplikasi"),
    (7, "meja-4", 13, 3, "Foto produk"),
    (8, "meja-5", 10, 2, "Kerja harian"),
    (9, "trowulan-meja-1", 8, 4, "Desain kemasan"),
    (10, "trowulan-meja-2", 13, 3, "Katalog wisata"),
    (11, "meja-6", 14, 2, "Rapat daring"),
)


def seed_coworking(now: datetime | None = None) -> bool:
    """Makes the space whole once; False when it stands already or its keeper is not here."""
    moment = now or timezone.now()
    keeper = Agency.objects.filter(code=KEEPER).first()
    if keeper is None or Place.objects.exists():
        return False
    mojosari = _place("mojosari", "Pusat Kreatif Mojosari", "Jalan Airlangga, Mojosari", "35.16.08", keeper, MOJOSARI)
    _place("trowulan", "Rumah Rintisan Trowulan", "Jalan Raya Trowulan", "35.16.12", keeper, TROWULAN)
    places.set_floor(place=mojosari, name="Lantai 1", level=1, by=None, plan=(HERE / "floor.svg").read_bytes())
    today = timezone.localdate(moment)
    for year in (today.year, today.year + 1):
        for month, day, name in HOLIDAYS:
            places.add_holiday(day=date(year, month, day), name=name, by=None)
    people = [Person.objects.filter(email=email).first() or add_person(by=None, email=email, name=name) for email, name in PEOPLE]
    for number in range(-10, 8):
        _day(people, today + timedelta(days=number), number, moment)
    return True


def _place(
    code: str, name: str, address: str, region: str, agency: Agency, things: tuple[tuple[str, str, str, int, tuple[str, ...], bool], ...]
) -> Place:
    made = places.set_place(
        code=code,
        by=None,
        name=name,
        address=f"{address} (simulasi)",
        agency=agency,
        region=Region.objects.filter(pk=region).first(),
        hours=OFFICE_HOURS,
        zone=settings.TIME_ZONE,
        network="PENDOPO-TAMU",
        about="Meja, ruang rapat, dan studio untuk usaha rintisan dan siapa pun yang berkarya di Kabupaten Mojokerto.",
    )
    for thing, title, kind, capacity, features, approval in things:
        places.set_resource(
            code=thing, place=made, by=None, name=title, kind=kind, capacity=capacity, features=list(features), approval=approval
        )
    return made


def _day(people: list[Person], day: date, number: int, moment: datetime) -> None:
    """What those people book on one day; on days that are over they came, but for one who did not."""
    for order, (who, code, hour, hours, title) in enumerate(HABITS):
        if (number + order) % 3 == 0:
            continue
        start = datetime.combine(day, time(hour), ZoneInfo(settings.TIME_ZONE))
        thing = Resource.objects.select_related("place").get(code=code)
        wish = Wish(thing, start, start + timedelta(hours=hours), title, min(thing.capacity, 4))
        try:
            made = bookings.book(wish=wish, by=people[who], now=min(moment, start - timedelta(days=2)))
        except Unavailable:  # a weekend, a holiday, or used up
            continue
        if start < moment and (number, order) != (-4, 1):
            bookings.check_in(booking=made, by=people[who], now=start)
