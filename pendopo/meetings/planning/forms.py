"""Forms of planning: the plan itself, its list, and dial lists."""

from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import VERBS, grants_of, may
from pendopo.agencies.models import Agency, Kind, Person
from pendopo.meetings.models import DialList, Meeting
from pendopo.ui.offers import offer
from pendopo.ui.paths import own_path

from .actions import Plan
from .logic import RULES, guests_of, rule_until

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
LENGTHS = [15, 30, 45, 60, 90, 120, 180, 240, 480]
REPEATS = [
    ("", _("Once")),
    ("workdays", _("Every working day")),
    ("weekly", _("Every week on this day")),
    ("fortnightly", _("Every second week")),
    ("monthly", _("Every month on this date")),
]
TODAY, COMING, PAST, ALL = "today", "coming", "past", "all"
WHEN = [(COMING, _("Today and coming")), (TODAY, _("Today")), (PAST, _("Past")), (ALL, _("all"))]

Group = tuple[Any, list[tuple[int, str, bool]]]


def agency_groups(chosen: set[int]) -> list[Group]:
    """Every agency by kind, with a tick at those chosen."""
    rows = sorted(Agency.objects.filter(active=True), key=lambda agency: (list(Kind.values).index(agency.kind), agency.name))
    return [
        (Kind(kind).label, [(agency.pk, agency.name, agency.pk in chosen) for agency in of_kind])
        for kind, of_kind in groupby(rows, key=lambda agency: agency.kind)
    ]


def people_groups(chosen: set[int]) -> list[Group]:
    """Everybody of the directory, with a tick at those chosen."""
    people = Person.objects.filter(is_active=True).order_by("name")
    return [(_("People of the directory"), [(person.pk, person.name, person.pk in chosen) for person in people])]


class PickForm(forms.Form):
    """A form in which agencies and people are ticked."""

    agencies = forms.ModelMultipleChoiceField(label=_("Agencies"), queryset=Agency.objects.none(), required=False)
    people = forms.ModelMultipleChoiceField(label=_("People"), queryset=Person.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "agencies", Agency.objects.filter(active=True))
        offer(self, "people", Person.objects.filter(is_active=True))

    def _chosen(self, name: str) -> set[int]:
        given = self[name].value() or []
        return {int(getattr(one, "pk", one)) for one in given if str(getattr(one, "pk", one)).isdecimal()}

    @property
    def agency_groups(self) -> list[Group]:
        """What the page shows of agencies."""
        return agency_groups(self._chosen("agencies"))

    @property
    def people_groups(self) -> list[Group]:
        """What the page shows of people."""
        return people_groups(self._chosen("people"))

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """The fields that need no picker."""
        return [field for field in self if field.name not in {"agencies", "people"}]


class PlanForm(PickForm):
    """A meeting as people plan it: subject, time and with whom are enough."""

    subject = forms.CharField(label=_("Topic of the meeting"), max_length=200)
    start = forms.DateTimeField(label=_("Begins"), widget=MOMENT)
    minutes = forms.TypedChoiceField(label=_("Minutes"), coerce=int, choices=[(n, str(n)) for n in LENGTHS], initial=60)
    repeat = forms.ChoiceField(label=_("Repeats"), choices=REPEATS, required=False)
    until = forms.DateField(label=_("Last on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    agenda = forms.CharField(
        label=_("Agenda"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One point a line: the minutes begin with them."),
    )
    place = forms.CharField(
        label=_("Meeting place"), max_length=200, required=False, help_text=_("Where people sit together, if anywhere.")
    )
    elsewhere = forms.URLField(
        label=_("Held in another system"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("The address of a Zoom, Webex or Teams meeting. Invitations, attendance and minutes stay here."),
    )
    quorum = forms.IntegerField(
        label=_("Quorum"),
        min_value=0,
        max_value=2000,
        initial=0,
        required=False,
        help_text=_("How many of those invited must be there; 0: no quorum."),
    )
    lists = forms.ModelMultipleChoiceField(
        label=_("Everybody on"), queryset=DialList.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    guests = forms.CharField(
        label=_("Guests"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, with e-mail: Ani <ani@contoh.id>. Each gets a link of their own and needs no account."),
    )
    following = forms.BooleanField(label=_("Also the later meetings of this series"), required=False)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    about = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person, meeting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        offer(self, "lists", DialList.objects.kept().visible_to(person))
        for name in ("repeat", "until") if meeting else ("following", "revision"):
            del self.fields[name]
        if meeting and not meeting.series_id:
            del self.fields["following"]
        if meeting and meeting.minutes not in LENGTHS:
            choices = sorted([*LENGTHS, meeting.minutes])
            offer(self, "minutes", [(n, str(n)) for n in choices])

    def clean_start(self) -> datetime:
        """A time that has not passed; a meeting that runs may keep its own."""
        start: datetime = self.cleaned_data["start"]
        own = self.meeting.start if self.meeting else None
        if start < timezone.now() - timedelta(minutes=10) and (own is None or start != own.replace(second=0, microsecond=0)):
            raise forms.ValidationError(_("This time has passed: choose a later one."))
        return own if own and start == own.replace(second=0, microsecond=0) else start

    def clean_elsewhere(self) -> str:
        """An address that a browser opens."""
        url: str = self.cleaned_data["elsewhere"]
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Give an address that begins with https://."))
        return url

    def clean_guests(self) -> str:
        """Lines that each name a guest."""
        text: str = self.cleaned_data["guests"]
        try:
            guests_of(text)
        except ValueError as line:
            raise forms.ValidationError(_("This line names nobody: %(line)s") % {"line": str(line)[:80]}) from None
        return text

    def clean_about(self) -> str:
        """A path of this house or nothing."""
        return own_path(str(self.cleaned_data["about"]))

    def clean(self) -> dict[str, Any]:
        """A series has an end."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        start, until = given.get("start"), given.get("until")
        if given.get("repeat") and start:
            if until is None:
                self.add_error("until", _("Say on which day the last one is."))
            elif until < start.astimezone(ZoneInfo(settings.TIME_ZONE)).date():
                self.add_error("until", _("The last one cannot be before the first."))
        return given

    def rule(self) -> str:
        """The RRULE that was chosen; '' for a single meeting."""
        given = self.cleaned_data
        if not given.get("repeat"):
            return ""
        end = datetime.combine(given["until"], time(23, 59), ZoneInfo(settings.TIME_ZONE))
        return rule_until(RULES[given["repeat"]], end)

    def wish(self) -> Plan:
        """The plan as the verbs take it, dial lists laid out."""
        given = self.cleaned_data
        agencies, people = list(given["agencies"]), list(given["people"])
        for dial_list in given["lists"]:
            more_agencies, more_people = dial_list.members()
            agencies += more_agencies
            people += more_people
        return Plan(
            subject=given["subject"],
            start=given["start"],
            minutes=given["minutes"],
            agenda=given["agenda"],
            place=given["place"],
            elsewhere=given["elsewhere"],
            quorum=given["quorum"] or 0,
            agencies=list(dict.fromkeys(agencies)),
            people=list(dict.fromkeys(people)),
            guests=guests_of(given["guests"]),
        )


def initial_of(meeting: Meeting) -> dict[str, Any]:
    """A meeting as its form shows it."""
    rows = list(meeting.invitees.filter(revoked=None))
    guests = [f"{row.name} <{row.email}>" if row.email else row.name for row in rows if not row.person_id and not row.agency_id]
    names = ("subject", "start", "minutes", "agenda", "place", "elsewhere", "quorum", "revision")
    return {
        **{name: getattr(meeting, name) for name in names},
        "agencies": [row.agency_id for row in rows if row.agency_id],
        "people": [row.person_id for row in rows if row.person_id],
        "guests": "\n".join(guests),
    }


OWN, HOUSE = "own", "house"


class DialListForm(PickForm):
    """A dial list. Whose it may be follows from where the person may convene."""

    name = forms.CharField(label=_("Name"), max_length=120)
    whose = forms.ChoiceField(label=_("Whose list"), help_text=_("Who sees it may call it; only whose it is may change it."))
    kind = forms.ChoiceField(
        label=_("All agencies of a kind"),
        required=False,
        choices=[("", _("none")), *Kind.choices],
        help_text=_("Those that are added later are on the list by themselves."),
    )

    def __init__(self, *args: Any, person: Person, found: DialList | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = found.owner if found and found.owner else person
        grants = [grant for grant in grants_of(person) if grant.role in VERBS["meetings.convene"]]
        self.possible = {str(one.pk): one for one in Agency.objects.filter(pk__in=[grant.agency_id for grant in grants], active=True)}
        if found and found.agency:
            self.possible[str(found.agency_id)] = found.agency
        choices: list[tuple[str, Any]] = [(HOUSE, _("the whole government"))] if may(person, "meetings.convene") else []
        choices += [(key, agency.name) for key, agency in self.possible.items()]
        offer(self, "whose", [*choices, (OWN, self.owner.name)])
        if found:
            self.initial["whose"] = OWN if found.owner else str(found.agency_id or HOUSE)

    def wish(self) -> dict[str, Any]:
        """The list as the verb takes it."""
        given = dict(self.cleaned_data)
        whose = given.pop("whose")
        return {**given, "owner": self.owner if whose == OWN else None, "agency": self.possible.get(whose)}


class MeetingFilters(forms.Form):
    """Which meetings. Without a choice: today's and those to come."""

    when = forms.ChoiceField(label=_("When"), choices=WHEN, required=False)
    text = forms.CharField(label=_("Text"), max_length=200, required=False)

    def __init__(self, data: Any, *, now: datetime) -> None:
        super().__init__({"when": COMING, **{name: value for name, value in data.items() if value}})
        self.now = now

    def narrow(self, queryset: QuerySet[Meeting]) -> QuerySet[Meeting]:
        """The meetings that match, the next first (of the past: the last first)."""
        self.is_valid()
        when = self.cleaned_data.get("when") or COMING
        local = self.now.astimezone(ZoneInfo(settings.TIME_ZONE))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        if when == TODAY:
            queryset = queryset.filter(start__gte=midnight, start__lt=midnight + timedelta(days=1))
        elif when == COMING:
            queryset = queryset.filter(start__gte=midnight) | queryset.filter(state="open")
        elif when == PAST:
            queryset = queryset.filter(start__lt=midnight)
        if text := self.cleaned_data.get("text", "").strip():
            queryset = queryset.filter(subject__icontains=text)
        return queryset.order_by("-start" if when in (PAST, ALL) else "start", "pk")
