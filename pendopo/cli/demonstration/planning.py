"""The plans of the demonstration: halls and schools of several districts, names that callers use, and what is used first where."""

from decimal import Decimal

from pendopo.incidents.field import actions as field
from pendopo.incidents.field.models import Resource, Shelter
from pendopo.incidents.incoming.actions import keep_landmark
from pendopo.incidents.plans.actions import set_plan
from pendopo.incidents.plans.models import Plan
from pendopo.incidents.procedures.models import newest
from pendopo.regions.models import Region

# District, what stands there, how many people it takes, what it has, whom to ring. Invented: no such hall is meant.
HALLS = (
    ("35.16.13", "GOR Kecamatan", 400, "air bersih, 8 MCK, genset 20 kVA", "Sekcam, (0321) 000-513"),
    ("35.16.13", "MTs", 180, "air bersih, 6 MCK, ruang kelas", "Kepala madrasah, (0321) 000-514"),
    ("35.16.18", "Pendopo Kecamatan", 250, "air bersih, 4 MCK, dapur", "Sekcam, (0321) 000-518"),
    ("35.16.18", "SMPN 1", 320, "air bersih, 10 MCK, lapangan", "Kepala sekolah, (0321) 000-519"),
    ("35.16.17", "Balai Pertemuan", 220, "sumur bor, 4 MCK", "Sekcam, (0321) 000-517"),
    ("35.16.03", "Gedung Serbaguna", 350, "air bersih, 8 MCK, dapur, helipad darurat", "Sekcam, (0321) 000-503"),
    ("35.16.03", "SDN 2", 140, "air bersih, 5 MCK", "Kepala sekolah, (0321) 000-504"),
    ("35.16.04", "Balai Desa Wisata", 200, "air bersih, 6 MCK, 12 kamar", "Pengelola, (0321) 000-505"),
    ("35.16.02", "Lapangan dan Balai", 300, "air bersih, 4 MCK, tenda", "Sekcam, (0321) 000-502"),
    ("35.16.08", "GOR Mojosari", 800, "air bersih, 16 MCK, genset 40 kVA, dapur", "Pengelola, (0321) 000-508"),
)
# Hazard, area, districts whose halls are used in this order, resources in this order, a note.
PLANS = (
    (
        "flood",
        "35.16.13",
        ("35.16.13", "35.16.18"),
        ("Perahu karet", "Pompa 6 inci", "Relawan Tagana", "Dapur umum lapangan"),
        "Kali Brangkal naik dari utara: buka GOR dulu, jalan desa sisi barat tetap kering. Di atas 1,5 m pindahkan ke Mojoanyar.",
    ),
    (
        "flood",
        "35.16.18",
        ("35.16.18", "35.16.08"),
        ("Perahu karet", "Truk serbaguna", "Relawan Tagana"),
        "Air Sadar datang pelan dan lama: siapkan logistik tiga hari.",
    ),
    (
        "flood",
        "35.16.17",
        ("35.16.17",),
        ("Truk serbaguna", "Pompa 6 inci", "Dapur umum lapangan"),
        "Kali Lamong: jalan ke Gresik putus lebih dulu, kirim truk dari selatan.",
    ),
    (
        "flood",
        "35.16",
        ("35.16.08", "35.16.13"),
        ("Perahu karet", "Truk serbaguna", "Tenda pleton", "Relawan Tagana"),
        "Untuk kecamatan yang belum punya rencana sendiri.",
    ),
    (
        "landslide",
        "35.16.03",
        ("35.16.03", "35.16.08"),
        ("Truk serbaguna", "Ambulans puskesmas", "Tenda pleton", "Relawan Tagana"),
        "Jalur Pacet ke Cangar ditutup dari dua sisi sebelum alat berat naik.",
    ),
    ("landslide", "35.16.04", ("35.16.04", "35.16.08"), ("Truk serbaguna", "Ambulans puskesmas", "Relawan Tagana"), ""),
    ("landslide", "35.16.02", ("35.16.02", "35.16.03"), ("Truk serbaguna", "Ambulans puskesmas", "Tenda pleton"), ""),
    (
        "earthquake",
        "35.16",
        ("35.16.08", "35.16.13", "35.16.18"),
        ("Tenda pleton", "Ambulans puskesmas", "Dapur umum lapangan"),
        "Periksa bangunan sebelum dipakai; lapangan dan tenda dulu, gedung kemudian.",
    ),
    ("fire", "35.16", ("35.16.08",), ("Ambulans puskesmas", "Tenda pleton"), ""),
)
# Names that callers use; one of them exists in three districts.
NAMES = (
    ("Pasar Legi", "35.16.13"),
    ("Pasar Legi", "35.16.14"),
    ("Pasar Legi", "35.16.03"),
    ("Jembatan Kali Brangkal", "35.16.13"),
    ("Terminal Mojosari", "35.16.08"),
    ("Candi Tikus", "35.16.12"),
    ("Dam Lengkong", "35.16.18"),
)
# Landmarks of one district stand this far beside its middle, so that they are not one point on the map.
BESIDE = Decimal("0.006")


def seed_plans() -> int:
    """Makes halls, names and plans once; answers how many plans there are. Needs the registers of the flood and the procedures."""
    if not Plan.objects.exists():
        halls: dict[str, list[Shelter]] = {}
        for code, name, capacity, facilities, contact in HALLS:
            halls.setdefault(code, []).append(_hall(code, name, len(halls.get(code, ())), capacity, facilities, contact))
        _name_places()
        hazards = {one.procedure.code: one.procedure for one in newest()}
        register = {one.name: one for one in Resource.objects.filter(closed=None)}
        for code, area, districts, wanted, note in PLANS:
            shelters = [hall for district in districts for hall in halls[district]]
            resources = [register[name] for name in wanted if name in register]
            set_plan(hazard=hazards[code], region=Region.objects.get(pk=area), by=None, shelters=shelters, resources=resources, note=note)
    return Plan.objects.count()


def _hall(code: str, name: str, place: int, capacity: int, facilities: str, contact: str) -> Shelter:
    """A hall in the first village of its district, or the second for its second hall."""
    district = Region.objects.get(pk=code)
    village = list(Region.objects.filter(parent=code).order_by("pk")[: place + 1])[-1:] or [district]
    lat, lon = _position(village[0], district, place)
    full = name if district.name in name else f"{name} {district.name}"
    return field.keep_shelter(
        shelter=None,
        by=None,
        name=full,
        region=village[0],
        agency=None,
        capacity=capacity,
        facilities=facilities,
        contact=contact,
        latitude=lat,
        longitude=lon,
    )


def _name_places() -> None:
    for place, (name, code) in enumerate(NAMES):
        district = Region.objects.get(pk=code)
        village = Region.objects.filter(parent=code).order_by("pk").first() or district
        lat, lon = _position(village, district, place % 3)
        keep_landmark(name=name, region=village, by=None, latitude=lat, longitude=lon)


def _position(village: Region, district: Region, place: int) -> tuple[Decimal | None, Decimal | None]:
    lat = village.latitude or district.latitude
    lon = village.longitude or district.longitude
    return (None, None) if lat is None or lon is None else (lat + place * BESIDE, lon + place * BESIDE)
