"""The warnings of the demonstration: one about the flood that waits for its second person, an exercise that is out, one of others."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lxml import etree

from pendopo.agencies.models import Person
from pendopo.alerts.cap import actions
from pendopo.alerts.cap.actions import Told
from pendopo.alerts.cap.kinds import BY_CODE
from pendopo.alerts.cap.message import Area, Message, written
from pendopo.alerts.hearing import actions as hearing
from pendopo.incidents.cases.models import Incident
from pendopo.regions.models import Region


def seed_warnings(incident: Incident, officer: Person, moment: datetime) -> None:
    """A real warning, written and proposed, and a published exercise."""
    flood = BY_CODE["flood"]
    told = Told(
        event=flood.event,
        headline="Banjir Kali Brangkal: warga Sooko di tepi kali agar mengungsi sekarang",
        category=flood.category,
        expires=moment + timedelta(hours=8),
        severity=flood.severity,
        urgency=flood.urgency,
        certainty=flood.certainty,
        responses=flood.responses,
        instruction=flood.instruction,
        contact="Pusdalops BPBD: 112",
        description="Kali Brangkal meluap di tiga desa. Air di jalan setinggi lutut dan masih mengalir deras.",
        regions=list(Region.objects.filter(pk__in=["35.16.13"])),
        english={
            "event": flood.event_en,
            "headline": "Flood of Kali Brangkal: people of Sooko along the river, leave now",
            "description": "Kali Brangkal has left its bed in three villages. The water on the roads is knee-deep and flows fast.",
            "instruction": flood.instruction_en,
        },
    )
    actions.propose(warning=actions.draft(told=told, by=officer, about=incident.get_absolute_url()), by=officer)
    wind = BY_CODE["wind"]
    drill = Told(
        event=wind.event,
        headline="Angin kencang di lereng Welirang",
        category=wind.category,
        status="Exercise",
        expires=moment + timedelta(hours=20),
        severity=wind.severity,
        urgency=wind.urgency,
        certainty=wind.certainty,
        responses=wind.responses,
        instruction=wind.instruction,
        contact="Pusdalops BPBD: 112",
        description="Latihan bersama kecamatan dan desa: periksa apakah pesan ini sampai.",
        regions=list(Region.objects.filter(pk__in=["35.16.02", "35.16.03"])),
    )
    actions.approve(warning=actions.draft(told=drill, by=officer), by=officer)
    seed_heard(moment)


def seed_heard(moment: datetime) -> None:
    """A warning of rain as another office would send it, by a feed that is never asked: it waits for a decision."""
    feed = hearing.set_feed(
        code="simulasi",
        by=None,
        name="SIMULASI: peringatan dini cuaca",
        url="https://cuaca.invalid/rss",
        attribution="SIMULASI",
        active=False,
    )
    at = moment.replace(microsecond=0) - timedelta(minutes=20)
    rain = BY_CODE["rain"]
    message = Message(
        identifier=f"simulasi-{at:%Y%m%d%H%M%S}",
        sender="cuaca@simulasi.invalid",
        sent=at,
        status="Exercise",
        kind="Alert",
        category=rain.category,
        event=rain.event,
        urgency=rain.urgency,
        severity=rain.severity,
        certainty=rain.certainty,
        headline="Hujan lebat disertai petir di Jawa Timur",
        onset=at,
        expires=at + timedelta(hours=6),
        sender_name="SIMULASI",
        description="Hujan lebat dapat disertai petir dan angin kencang di SOOKO, TROWULAN, JATIREJO, dan sekitarnya.",
        instruction=rain.instruction,
        areas=(Area("Jawa Timur", ""),),
    )
    hearing.take(feed=feed, raw=etree.tostring(written(message, ZoneInfo("Asia/Jakarta"))), now=moment)
