"""The first steps of an installation of one's own: a checklist that knows what is done."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.audit.models import Entry
from pendopo.regions.models import BoundaryKind, Region
from pendopo.ui.door import opens

from .. import actions, letters
from ..forms import MailForm
from ..models import Agency, Person
from ..requests import PersonRequest


@dataclass(frozen=True)
class Step:
    """One step: whether it is done, what it is about, where it is done."""

    done: bool
    title: str
    text: str
    url: str = ""
    action: str = ""


@opens("people.change", house=True)
def setup(request: PersonRequest) -> HttpResponse:
    """The checklist. Each step looks at the installation itself; nothing is ticked by hand."""
    steps = [regency(), boundaries(), agencies(), own_address(request), people(), source(), board(), domain()]
    mail_sent = Entry.objects.filter(room="agencies", verb="mail_test").exists()
    context = {
        "steps": steps,
        "done": sum(step.done for step in steps) + mail_sent,
        "total": len(steps) + 1,
        "mail": MailForm(initial={"to": request.user.email}),
        "mail_is_set_up": letters.mail_is_set_up(),
        "mail_sent": mail_sent,
    }
    return render(request, "agencies/setup.html", context)


@require_POST
@opens("people.change", house=True)
def mail_test(request: PersonRequest) -> HttpResponse:
    """Really sends a letter."""
    form = MailForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write an e-mail address."))
        return redirect("agencies:setup")
    trouble = letters.send_test(form.cleaned_data["to"])
    if trouble:
        messages.error(request, trouble)
    else:
        actions.note_mail_test(to=form.cleaned_data["to"], by=request.user)
        messages.success(request, _("Sent. Look whether the letter to %(to)s arrives.") % {"to": form.cleaned_data["to"]})
    return redirect("agencies:setup")


def where(name: str) -> str:
    """The address of a page of another room, '' while it has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def regency() -> Step:
    """Which government this is."""
    found = Region.objects.filter(pk=settings.REGION).first()
    counts = dict(Region.objects.within(settings.REGION).values_list("level").annotate(n=Count("pk")))
    text = _("%(name)s, code %(code)s: %(districts)s districts, %(villages)s villages. Another one: pendopo init --region CODE.") % {
        "name": found.name if found else "–",
        "code": settings.REGION,
        "districts": counts.get("district", 0),
        "villages": counts.get("village", 0),
    }
    url = reverse("regions:region", args=[settings.REGION]) if found else ""
    return Step(found is not None, _("The government"), text, url, _("Look at the regions"))


def boundaries() -> Step:
    """Official boundaries of the districts."""
    districts = Region.objects.within(settings.REGION).filter(level="district")
    official, total = districts.filter(boundary_kind=BoundaryKind.OFFICIAL).count(), districts.count()
    text = _("%(official)s of %(total)s districts have an official boundary. Without one, maps are schematic or lists.") % {
        "official": official,
        "total": total,
    }
    return Step(
        total > 0 and official == total, _("Boundaries from a GeoJSON file"), text, reverse("regions:import"), _("Import boundaries")
    )


def agencies() -> Step:
    """The agencies."""
    count = Agency.objects.filter(active=True).count()
    text = _("%(n)s agencies so far. A list as CSV is enough: name, kind, region, contacts.") % {"n": count}
    return Step(count > 1, _("Agencies"), text, reverse("agencies:import"), _("Agencies by CSV"))


def own_address(request: PersonRequest) -> Step:
    """The first administrator's own address."""
    done = not Person.objects.filter(email=actions.FIRST_EMAIL, is_active=True).exists()
    text = _("The first administrator signs in as %(email)s. Put your own name and address, and choose your own password.") % {
        "email": actions.FIRST_EMAIL
    }
    return Step(done, _("Your own account"), text, reverse("agencies:change-person", args=[request.user.pk]), _("Change my account"))


def people() -> Step:
    """The people."""
    count = Person.objects.filter(is_active=True).count()
    text = _("%(n)s people so far. By CSV everybody gets an invitation by e-mail and chooses a password.") % {"n": count}
    return Step(count > 1, _("People"), text, reverse("agencies:import-people"), _("People by CSV"))


def source() -> Step:
    """The first figures."""
    done = Entry.objects.filter(room="indicators", verb="delivered").exclude(after__source="pendopo").exists()
    text = _("Take any spreadsheet that an agency sends already and put it in: the preview says what would be stored and what not.")
    return Step(done, _("The first source, from one file"), text, where("indicators:upload"), _("Upload a file"))


def board() -> Step:
    """The first board."""
    done = Entry.objects.filter(room="wall", actor_id__isnull=False).exists()
    text = _("Three boards are there from the start. Open one on the wall, or write your own.")
    return Step(done, _("The first board"), text, where("wall:boards"), _("Open the boards"))


def domain() -> Step:
    """The name and certificate under which people reach the installation."""
    done = bool(settings.HOSTS) and settings.SECURE
    text = _(
        "Set PENDOPO_HOSTS to the name people type, and start with --tls (own certificate authority) or --tls --cert F --key F. "
        "Camera, microphone and passkeys work on HTTPS only."
    )
    return Step(done, _("Name and certificate"), text)
