"""Meetings of the demonstration: one held with its minutes, two to come, and the lists that the watch calls."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from pendopo.agencies.models import Agency, Kind, Person
from pendopo.meetings.actions import end
from pendopo.meetings.models import Meeting
from pendopo.meetings.papers.actions import PointSpec, approve, state_attendance, write_minutes
from pendopo.meetings.planning.actions import Plan, arrange, set_dial_list

CONVENER = "endah.pramesti@mojokerto.test"
AGENDA = "Keadaan sungai dan hujan\nKesiapan logistik kecamatan\nPembagian tugas"
POINTS = (
    PointSpec("Keadaan sungai dan hujan", "Kali Brangkal naik sejak pekan lalu; hujan di hulu lebat.", "Pos Brangkal dipantau tiap jam."),
    PointSpec("Kesiapan logistik kecamatan", "Empat belas kecamatan sudah melapor.", "Yang belum melapor dihubungi camat tetangga."),
)
PRESENT = (("Rahmat Wibisono", "BPBD"), ("Sari Kusuma", "Pusat kendali"), ("Budi Santosa", "Dinas Kesehatan"))


def seed_meetings(now: datetime | None = None) -> int:
    """Makes them once and answers how many; nothing where there are meetings already or the convener is not. No letter is sent."""
    by = Person.objects.filter(email=CONVENER).first()
    if by is None or Meeting.objects.exists():
        return 0
    today = timezone.localdate(now)

    def at(days: int, hour: int) -> datetime:
        return datetime.combine(today + timedelta(days=days), time(hour), ZoneInfo(settings.TIME_ZONE))

    districts = list(Agency.objects.filter(kind=Kind.DISTRICT, active=True))
    rescue = list(Agency.objects.filter(code__in=("bpbd", "dinkes", "dinsos", "dpupr")))
    held, _tokens = arrange(
        wish=Plan("Koordinasi kesiapsiagaan banjir (simulasi)", at(-3, 9), 90, AGENDA, agencies=rescue), by=by, write=False
    )
    state_attendance(meeting=held, people=PRESENT, by=by)
    minutes = write_minutes(meeting=held, opening="Rapat dibuka oleh Sekretaris Daerah.", points=POINTS, tasks=(), revision=0, by=by)
    approve(minutes=minutes, by=by)
    end(meeting=held, by=by)
    everyone = list(Person.objects.filter(is_active=True))
    weekly = Plan(
        "Rapat mingguan seluruh camat (simulasi)", at(1, 9), 60, AGENDA, place="Ruang Rapat Utama", agencies=districts, people=everyone
    )
    arrange(wish=weekly, by=by, write=False)
    elsewhere = "https://zoom.us/j/1234567890"
    arrange(wish=Plan("Rapat bersama provinsi (simulasi)", at(3, 13), 120, elsewhere=elsewhere, agencies=rescue), by=by, write=False)
    set_dial_list(name="Semua kecamatan", kind=Kind.DISTRICT, agencies=(), people=(), by=by)
    set_dial_list(name="BPBD, dinas kesehatan, dinas sosial, dan PU", kind="", agencies=rescue, people=(), by=by)
    return 3
