"""Pages about people: the list, one person, invitations, leaving."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.audit.models import Entry
from pendopo.regions.tables import NoTable, rows_of
from pendopo.ui.door import opens
from pendopo.ui.lists import Bulk, Column, Link, Listing

from .. import actions, letters
from ..access import may, may_change_person, may_somewhere, require
from ..forms import InviteForm, PersonFilters, PersonForm, TableForm
from ..models import Holding, Person, Post
from ..requests import PersonRequest

SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"


def now_holds() -> Any:
    """The posts that each person holds today, as `now_held`."""
    rows = Holding.objects.current().filter(post__active=True).select_related("post__agency", "post__seat")
    return Prefetch("holdings", rows, to_attr="now_held")


def state(person: Person) -> str:
    """Where the person stands, in a word."""
    if not person.is_active:
        return _("left")
    if person.last_login is None:
        return _("invited") if person.invited else _("not yet here")
    return _("here")


@opens("people.see")
def people(request: PersonRequest) -> HttpResponse:
    """All people, with filters, bulk edit and CSV."""
    house, somewhere = may(request.user, "people.change"), may_somewhere(request.user, "people.change")
    listing = Listing(
        request,
        title=_("People"),
        queryset=Person.objects.prefetch_related(now_holds()),
        columns=[
            Column("name", _("Name"), lambda p: p.name, url=lambda p: reverse("agencies:person", args=[p.pk]), sort="name"),
            Column("email", _("E-mail"), lambda p: p.email, sort="email"),
            Column("phone", _("Telephone"), lambda p: p.phone),
            Column("posts", _("Posts"), lambda p: ", ".join(h.post.title for h in p.now_held) or "–"),
            Column("role", _("Roles"), lambda p: ", ".join(sorted({str(h.post.get_role_display()) for h in p.now_held})) or "–"),
            Column("state", _("State"), state),
        ],
        filters=PersonFilters(request.GET),
        bulk=[
            Bulk("letter", _("Send the invitation again")),
            Bulk("language:id", _("Language: Indonesian")),
            Bulk("language:en", _("Language: English")),
            Bulk("leave", _("They have left")),
        ]
        if house
        else (),
        csv_in=reverse("agencies:import-people") if house else "",
        csv_name="people",
        links=[Link(_("Invite a person"), reverse("agencies:invite"))] if somewhere else (),
        empty_title=_("Nobody here yet"),
        empty_text=_("Invite people one by one, or by CSV."),
    )
    if request.method == "POST":
        require(request.user, "people.change")
        return do_bulk(request, listing)
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


def do_bulk(request: PersonRequest, listing: Listing) -> HttpResponse:
    """Does the chosen action to the chosen people and says what came of it."""
    chosen = list(Person.objects.filter(pk__in=[key for key in listing.selected() if key.isdigit()], is_active=True))
    if listing.action == "letter":
        return letters_page(request, chosen)
    done = 0
    for person in chosen if listing.action else []:
        try:
            if listing.action == "leave":
                actions.leave(person=person, by=request.user)
            else:
                actions.change_person(person=person, by=request.user, language=listing.action.removeprefix("language:"))
            done += 1
        except actions.Refused as why:
            messages.error(request, str(why))
    messages.success(request, ngettext("%(n)s person was changed.", "%(n)s people were changed.", done) % {"n": done})
    return redirect(request.get_full_path())


def letters_page(request: PersonRequest, people: list[Person]) -> HttpResponse:
    """Sends invitations and shows to whom, with the link where a letter could not be sent."""
    sent = letters.send_invitations(people, request.build_absolute_uri)
    return render(request, "agencies/letters.html", {"letters": sent, "title": _("Invitations")})


@opens("people.see")
def person(request: PersonRequest, pk: int) -> HttpResponse:
    """One person: who it is, posts held today and before, tokens, and what may be done."""
    found = get_object_or_404(Person, pk=pk)
    may_change = may_change_person(request.user, found)
    held, now = list(found.holdings.select_related("post__agency", "post__region", "post__seat")), timezone.now()
    context = {
        "person": found,
        "state": state(found),
        "now_held": [holding for holding in held if (holding.until is None or holding.until > now) and holding.post.active],
        "past": [holding for holding in held if holding.until is not None and holding.until <= now],
        "may_change": may_change,
        "tokens": found.tokens.filter(revoked=None) if may_change else (),
        "factors": found.authenticator_set.count() if may_change else 0,
        "keys": Entry.objects.keys_handed_to(found.pk) if may_change else (),
    }
    return render(request, "agencies/person.html", context)


@opens("posts.change")
def invite(request: PersonRequest) -> HttpResponse:
    """A new person in a post within the reach of whoever invites."""
    form = InviteForm(request.POST or None, initial={"language": "id", "role": "viewer"})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        agency, region = given.pop("scope")
        require(request.user, "posts.change", Post(agency=agency, region=region))
        scope = agency.code if agency else region.code if region else ""
        try:
            return letters_page(request, [actions.invite(by=request.user, scope=scope, **given)])
        except actions.Refused as why:
            form.add_error(None, str(why))
    context = {"title": _("Invite a person"), "form": form, "submit": _("Invite"), "cancel": reverse("agencies:people")}
    return render(request, "ui/form.html", context)


@opens("posts.change")
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """Name, e-mail, telephone, language."""
    found = changeable(request, pk)
    form = PersonForm(request.POST or None, instance=Person.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_person(person=found, by=request.user, **form.cleaned_data)
            return redirect("agencies:person", pk=pk)
        except actions.Refused as why:
            form.add_error(None, str(why))
    context = {"title": _("Change %(name)s") % {"name": found.name}, "form": form, "cancel": reverse("agencies:person", args=[pk])}
    return render(request, "ui/form.html", context)


def changeable(request: PersonRequest, pk: int) -> Person:
    """The person, or PermissionDenied."""
    found = get_object_or_404(Person, pk=pk)
    if not may_change_person(request.user, found):
        raise PermissionDenied(_("This person's posts reach further than yours. Ask an administrator of the whole installation."))
    return found


@require_POST
@opens("posts.change")
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """What the buttons of a person's page do: letter, leave, come_back, reset_factor."""
    found, deed = changeable(request, pk), request.POST.get("deed", "")
    try:
        if deed == "letter":
            return letters_page(request, [found])
        if deed == "leave":
            actions.leave(person=found, by=request.user)
            messages.success(request, _("%(name)s has left: all posts, sessions, factors and tokens ended.") % {"name": found.name})
        elif deed == "come_back":
            require(request.user, "people.change")
            actions.come_back(person=found, by=request.user)
        elif deed == "reset_factor":
            actions.reset_second_factor(person=found, by=request.user)
            messages.success(request, _("%(name)s signs in with the password alone and sets a new second factor.") % {"name": found.name})
    except actions.Refused as why:
        messages.error(request, str(why))
    return redirect("agencies:person", pk=pk)


@opens("people.change", house=True)
def take_file(request: PersonRequest) -> HttpResponse:
    """People by CSV, each with an invitation."""
    form = TableForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {
        "form": form,
        "title": _("People by CSV"),
        "lead": _(
            "Columns: email, name (or nama), and as far as you have them role, scope (an agency or the code of a region), "
            "title (or jabatan), seat, phone, language. Everybody new gets an invitation by e-mail; who is known already is left alone."
        ),
        "back": reverse("agencies:people"),
    }
    if request.method == "POST" and form.is_valid():
        try:
            rows = rows_of(form.cleaned_data["file"].read(), ("email",), ("name", "nama"))
        except NoTable as why:
            form.add_error("file", str(why))
        else:
            context["counts"], invited = actions.import_people(rows=rows, by=request.user)
            context["letters"] = letters.send_invitations(invited, request.build_absolute_uri)
    return render(request, "agencies/import.html", context)


def invitation(request: HttpRequest, word: str) -> HttpResponse:
    """The page behind the link of an invitation: choose a password and be signed in."""
    found = actions.person_invited_by(word)
    if found is None:
        return render(request, "agencies/invitation.html", {"person": None}, status=410)
    form = SetPasswordForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_password(person=found, password=form.cleaned_data["new_password1"], by=found)
        if not found.authenticator_set.exists():
            login(request, found, backend=SIGN_IN)
            return redirect("/home")
        return redirect("account_login")
    return render(request, "agencies/invitation.html", {"person": found, "form": form})
