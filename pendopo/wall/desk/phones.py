"""The telephone book of the watch: who is on duty, posts and their holders, agencies by kind. From the directory, never typed twice."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from pendopo.agencies.models import Agency, Holding, Kind
from pendopo.incidents.roster.models import Shift

# The order in which a tired person looks.
KINDS = (Kind.DISTRICT, Kind.VILLAGE, Kind.ENTERPRISE, Kind.OPD, Kind.VERTICAL, Kind.ABOVE, Kind.NEIGHBOUR, Kind.PARTNER)


@dataclass(frozen=True)
class Number:
    """One line: what it is, who answers, and the number; '' when the directory does not know one."""

    name: str
    who: str
    phone: str

    @property
    def dial(self) -> str:
        """The number as a telephone takes it."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")

    def matches(self, text: str) -> bool:
        """Whether it holds every word that was typed."""
        said = f"{self.name} {self.who} {self.phone}".lower()
        return all(part in said for part in text.lower().split())


@dataclass(frozen=True)
class Section:
    """One part of the book."""

    title: str
    numbers: list[Number]


def book(now: datetime, text: str = "") -> list[Section]:
    """The whole book, or the lines that hold every word of `text`. Three queries."""
    agencies: dict[str, list[Number]] = {}
    posts = holders(now)
    for agency in Agency.objects.filter(active=True).order_by("name"):
        agencies.setdefault(agency.kind, []).append(Number(agency.name, "", agency.phone))
    duty = [Number(shift.roster.name, shift.person.name, shift.person.phone) for shift in Shift.objects.on_duty(now)]
    emergency = [
        Number(_("Emergency call"), "", "112"),
        Number(_("Ambulance"), "", "118"),
        Number(_("Police"), "", "110"),
        Number(_("Fire brigade"), "", "113"),
        Number(_("Search and rescue"), "", "115"),
    ]
    found = [Section(_("On duty now"), duty), Section(_("Emergency numbers"), emergency), Section(_("Heads and posts"), posts)]
    found += [Section(str(Kind(kind).label), agencies[kind]) for kind in KINDS if kind in agencies]
    if text.strip():
        found = [Section(one.title, [number for number in one.numbers if number.matches(text)]) for one in found]
    return [one for one in found if one.numbers]


def holders(now: datetime) -> list[Number]:
    """Posts with who holds them and their number."""
    held = Holding.objects.current(now).filter(post__active=True, person__is_active=True).select_related("post", "person")
    return [Number(one.post.title, one.person.name, one.person.phone) for one in held.order_by("post__title")]
