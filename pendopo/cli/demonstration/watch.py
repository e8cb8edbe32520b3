"""The watch of the demonstration: a roster with people on duty, a chain, a flood in three villages with its timeline, and a posture."""

from datetime import datetime, timedelta

from django.utils import timezone

from pendopo.agencies.models import Agency, Person, Post
from pendopo.incidents.callout import actions as callout
from pendopo.incidents.cases import actions as cases
from pendopo.incidents.cases.models import Incident
from pendopo.incidents.posture import actions as posture
from pendopo.incidents.procedures.actions import load_shipped
from pendopo.incidents.procedures.models import newest
from pendopo.incidents.roster import actions as roster
from pendopo.incidents.roster.models import LineKind, Roster
from pendopo.regions.models import Region

from .fielding import seed_field
from .planning import seed_plans
from .warning import seed_warnings

OFFICERS = ("sari.kusuma", "dimas.aryo", "lestari.wulandari")
VILLAGES = ("35.16.13", "35.16.14", "35.16.15")
AGENCIES = ("bpbd", "dinkes", "dinsos", "dpupr")
TURNS = "P 07:00-15:00, S 15:00-23:00, M 23:00-07:00"

# Minutes before now, and what was written then.
TOLD = (
    (105, "Camat Sooko melapor lewat telepon: Kali Brangkal meluap di utara pasar, air di jalan setinggi lutut."),
    (92, "Tim reaksi cepat BPBD berangkat dengan dua perahu karet, delapan orang."),
    (70, "41 kepala keluarga mengungsi ke balai desa. Tidak ada korban jiwa."),
    (38, "Gardu PLN di RW 4 dipadamkan karena terendam."),
    (12, "Tinggi air turun 15 cm dalam satu jam; hujan di hulu reda."),
)
DONE = (
    ("verify", "camat membenarkan, 60 cm"),
    ("call", "TRC BPBD, 8 orang"),
    ("warn", "empat desa di hilir sudah diberi tahu"),
    ("power", "satu gardu"),
)


def seed_watch(now: datetime | None = None) -> bool:
    """Makes the watch whole; False when it stands already. Needs the people and agencies of the demonstration."""
    moment = now or timezone.now()
    load_shipped()
    officers = [Person.objects.filter(email=f"{name}@mojokerto.test").first() for name in OFFICERS]
    crew = [person for person in officers if person is not None]
    if len(crew) < len(OFFICERS) or Roster.objects.filter(code="pusat-kendali").exists():
        return False
    kept = roster.set_roster(code="pusat-kendali", name="Piket pusat kendali", turns=TURNS, cycle="PSM", crew=crew, by=None)
    roster.generate(roster=kept, first=timezone.localdate(moment) - timedelta(days=1), days=30, by=None)
    callout.set_chain(
        code="pusat",
        name="Rantai pusat kendali",
        by=None,
        alarm_from="Severe",
        patience_s=300,
        steps=[callout.StepSpec("roster", kept, ["email"], 180), callout.StepSpec("person", crew[0], ["email"], 300)],
    )
    roster.write_line(text="Jaga malam tenang. Pantau Kali Brangkal: hujan deras di hulu sejak sore.", by=crew[2], kind=LineKind.HANDOVER)
    flood = seed_flood(crew[0], moment)
    seed_warnings(flood, crew[0], moment)
    seed_field(flood, crew[0], moment)
    seed_plans()
    return True


def seed_flood(officer: Person, moment: datetime) -> Incident:
    """A flood two hours old: reports, steps of the procedure, an order, a decision, and a posture of watch."""
    flood = next((one for one in newest() if one.procedure.code == "flood"), None)
    places = list(Region.objects.filter(parent="35.16.13").order_by("pk")[:3]) or list(Region.objects.filter(pk__in=VILLAGES))
    incident = cases.open_incident(
        title="Banjir luapan Kali Brangkal, Sooko",
        by=officer,
        severity="Severe",
        regions=places,
        lead=officer,
        procedure=flood,
        agencies=list(Agency.objects.filter(code__in=AGENCIES)),
        began=moment - timedelta(minutes=125),
        detected=moment - timedelta(minutes=110),
        detail="Kali Brangkal meluap setelah hujan deras di hulu. Tiga desa tergenang.",
    )
    for minutes, text in TOLD:
        cases.write(incident=incident, text=text, by=officer, at=moment - timedelta(minutes=minutes))
    for step, text in DONE if flood else ():
        cases.mark_step(incident=incident, step=step, state="done", by=officer, text=text)
    post = Post.objects.filter(title="Camat Sooko").first()
    if post is not None:
        due = moment + timedelta(hours=2)
        cases.order(incident=incident, what="Siapkan dapur umum untuk 41 keluarga di balai desa", to=[post], by=officer, due=due)
    cases.decide(
        incident=incident, text="Evakuasi lansia dan balita dari RW 3 dan RW 4 sekarang", why="Hujan di hulu belum berhenti.", by=officer
    )
    region = Region.objects.get(pk="35.16.13")
    posture.declare(region=region, level="watch", until=moment + timedelta(days=2), reason="Luapan Kali Brangkal", by=officer)
    return incident
