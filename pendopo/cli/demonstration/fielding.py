"""What the field says in the demonstration: registers, a sheet with two of three villages, requests, and reports that came in."""

from datetime import datetime, timedelta

from pendopo.agencies.models import Agency, Person
from pendopo.incidents.cases.models import Incident
from pendopo.incidents.field import actions as field
from pendopo.incidents.field.actions import Counted
from pendopo.incidents.field.models import Resource, Shelter
from pendopo.incidents.incoming import actions as intake
from pendopo.incidents.incoming.actions import Said
from pendopo.regions.models import Region

# Name, kind, agency, how many, how many are with the flood.
RESOURCES = (
    ("Perahu karet", "boat", "bpbd", 6, 2),
    ("Truk serbaguna", "truck", "bpbd", 3, 1),
    ("Pompa 6 inci", "pump", "dpupr", 5, 1),
    ("Ambulans puskesmas", "ambulance", "dinkes", 9, 1),
    ("Tenda pleton", "tent", "bpbd", 12, 0),
    ("Dapur umum lapangan", "kitchen", "dinsos", 2, 1),
    ("Relawan Tagana", "volunteers", "dinsos", 60, 14),
)


def seed_field(incident: Incident, officer: Person, moment: datetime) -> None:
    """Two of three villages have reported, so that the totals say *at least*."""
    villages = list(incident.regions.order_by("code"))
    if len(villages) < 3:
        return
    shelters = seed_shelters(villages)
    told = (
        (villages[0], {"dead": 0, "missing": 1, "injured": 3, "displaced": 128, "affected": 410}, "Kepala desa", 34),
        (villages[1], {"dead": 0, "missing": 0, "injured": 1, "displaced": 46, "affected": 190}, "Babinsa", 18),
    )
    for village, numbers, source, minutes in told:
        counted = [Counted("people", what, village, number) for what, number in numbers.items()]
        field.report(incident=incident, counted=counted, source=source, by=officer, at=moment - timedelta(minutes=minutes))
    elderly = [
        Counted("people", "displaced", villages[0], 21, age="60+"),
        Counted("people", "displaced", villages[0], 4, vulnerable="pregnant"),
    ]
    field.report(incident=incident, counted=elderly, source="Puskesmas", by=officer, at=moment - timedelta(minutes=25))
    stands = [
        Counted("service", "road", villages[0], state="closed", place="Jalan raya utara pasar", note="lewat jalan desa sisi barat"),
        Counted("service", "power", villages[1], state="closed", place="Gardu RW 4", note="dipadamkan, menunggu surut"),
        Counted("damage", "houses-light", villages[0], 37),
        Counted("damage", "schools", villages[1], 1),
    ]
    field.report(incident=incident, counted=stands, source="Tim reaksi cepat", by=officer, at=moment - timedelta(minutes=20))
    for shelter, present, needs in zip(shelters, (128, 46), ("selimut, popok, air minum", "obat kulit"), strict=False):
        field.report_shelter(
            incident=incident,
            shelter=shelter,
            present=present,
            needs=needs,
            source="Petugas pengungsian",
            by=officer,
            at=moment - timedelta(minutes=16),
        )
    field.check_in(incident=incident, shelter=shelters[0], card="3516000000000001", head="Keluarga contoh", people=5, by=officer)
    field.ask(
        incident=incident,
        what="Selimut 150 lembar",
        place=shelters[0].name,
        by=officer,
        due=moment + timedelta(hours=2),
        source="Kepala desa",
    )
    taken = field.ask(incident=incident, what="Air minum 2.000 liter", place=shelters[0].name, by=officer, due=moment + timedelta(hours=1))
    field.say(need=taken, state="taken", by=officer, text="Tangki PDAM berangkat")
    seed_resources(incident, officer)
    seed_intake(villages, officer, moment)


def seed_shelters(villages: list[Region]) -> list[Shelter]:
    """A hall or school in each village."""
    made = []
    for village, kind, capacity in zip(villages, ("Balai desa", "SDN", "Lapangan"), (150, 90, 300), strict=False):
        facts = {
            "name": f"{kind} {village.name}",
            "region": village,
            "agency": None,
            "capacity": capacity,
            "latitude": village.latitude,
            "longitude": village.longitude,
            "facilities": "air bersih, 4 MCK, dapur",
            "contact": "Perangkat desa",
        }
        made.append(field.keep_shelter(shelter=None, by=None, **facts))
        intake.keep_landmark(name=f"Pasar {village.name}", region=village, by=None, latitude=village.latitude, longitude=village.longitude)
    return made


def seed_resources(incident: Incident, officer: Person) -> None:
    """The register, and what of it is with the flood."""
    for name, kind, code, quantity, out in RESOURCES:
        agency = Agency.objects.filter(code=code).first()
        if agency is None:
            continue
        kept: Resource = field.keep_resource(resource=None, by=None, name=name, kind=kind, agency=agency, quantity=quantity, region=None)
        if out:
            field.move(incident=incident, resource=kept, number=out, by=officer)


def seed_intake(villages: list[Region], officer: Person, moment: datetime) -> None:
    """Reports that came in lately: two that may tell the same, and one whose place is not clear."""
    market = f"{villages[2].name} ({villages[2].pk})"
    said = (
        Said(
            "Air masuk rumah dekat pasar setinggi lutut, ada lansia belum keluar",
            place=market,
            caller="Bu Ningsih",
            number="+6281200000001",
            said=moment - timedelta(minutes=9),
        ),
        Said(
            "Rumah dekat pasar kemasukan air setinggi lutut",
            place=market,
            way="radio",
            caller="RAPI 04",
            said=moment - timedelta(minutes=6),
        ),
        Said(
            "Pohon tumbang menutup jalan depan balai desa",
            place="Balai desa",
            way="message",
            number="+6281200000002",
            said=moment - timedelta(minutes=3),
        ),
    )
    for one in said:
        intake.take(said=one, by=officer)
