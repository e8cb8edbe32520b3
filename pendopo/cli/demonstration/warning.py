"""The warnings of the demonstration: one about the flood that waits for its second person, and an exercise that is out."""

from datetime import datetime, timedelta

from pendopo.agencies.models import Person
from pendopo.alerts.cap import actions
from pendopo.alerts.cap.actions import Told
from pendopo.alerts.cap.kinds import BY_CODE
from pendopo.incidents.cases.models import Incident
from pendopo.regions.models import Region


def seed_warnings(incident: Incident, officer: Person, moment: datetime) -> None:
    """A real warning, written and proposed, and a published exercise."""
    flood = BY_CODE["flood"]
    told = Told(
        event=flood.event, headline="Banjir Kali Brangkal: warga Sooko di tepi kali agar mengungsi sekarang", category=flood.category,
        expires=moment + timedelta(hours=8), severity=flood.severity, urgency=flood.urgency, certainty=flood.certainty,
        responses=flood.responses, instruction=flood.instruction, contact="Pusdalops BPBD: 112",
        description="Kali Brangkal meluap di tiga desa. Air di jalan setinggi lutut dan masih mengalir deras.",
        regions=list(Region.objects.filter(pk__in=["35.16.13"])),
    )  # fmt: skip
    actions.propose(warning=actions.draft(told=told, by=officer, about=incident.get_absolute_url()), by=officer)
    wind = BY_CODE["wind"]
    drill = Told(
        event=wind.event, headline="Angin kencang di lereng Welirang", category=wind.category, status="Exercise",
        expires=moment + timedelta(hours=20), severity=wind.severity, urgency=wind.urgency, certainty=wind.certainty,
        responses=wind.responses, instruction=wind.instruction, contact="Pusdalops BPBD: 112",
        description="Latihan bersama kecamatan dan desa: periksa apakah pesan ini sampai.",
        regions=list(Region.objects.filter(pk__in=["35.16.02", "35.16.03"])),
    )  # fmt: skip
    actions.approve(warning=actions.draft(told=drill, by=officer), by=officer)
