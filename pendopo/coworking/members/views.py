"""Pages of members: registering (open to everybody); for stewards the list, one member, plans, visitors, vouchers, house rules."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.coworking.places.models import Place, Resource
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.qr import network_mark
from pendopo.ui.templatetags.house import moment

from . import actions
from .forms import MemberFilters, PassForm, PlanForm, RegisterForm, RulesForm, VisitorForm, VoucherForm, villages
from .models import HouseRules, Member, Plan, Visitor, Voucher


def join(request: HttpRequest) -> HttpResponse:
    """Registering, for oneself or for a start-up. Everybody gets the same answer, whether the address is known or not."""
    person = request.user if isinstance(request.user, Person) else None
    rules = HouseRules.objects.first()
    initial = {"name": person.name, "email": person.email} if person else {}
    form = RegisterForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        if not given.pop("website"):
            given.pop("rules")
            try:
                actions.register(**given, rules=rules, by=person)
            except Refused as why:
                form.add_error(None, str(why))
        if not form.errors:
            messages.success(request, _("Thank you. A steward looks at your request and writes to you."))
            return redirect("coworking:find")
    plans = Plan.objects.filter(active=True)
    context = {"form": form, "rules": rules, "plans": plans, "villages": villages(), "tab": "join"}
    return render(request, "coworking/join.html", context)


@require_POST
@opens("")
def accept_rules(request: PersonRequest) -> HttpResponse:
    """A member accepts the newest house rules, and goes on where they were (`thing`, or the own bookings)."""
    found = Member.objects.of(request.user)
    if found is None:
        raise Http404
    newest = found.rules_to_accept()
    if newest is not None:
        actions.accept_rules(member=found, rules=newest, by=request.user)
        messages.success(request, _("Thank you: the house rules are accepted."))
    thing = Resource.objects.filter(code=request.POST.get("thing", "").replace("\x00", "")).first()
    return redirect(thing or "coworking:mine")


@opens("coworking.keep")
def members(request: PersonRequest) -> HttpResponse:
    """Everybody who registered; those who wait first."""
    listing = Listing(
        request,
        title=_("Members"),
        lead=_("Who registered for the co-working space. Let people in, give passes, or say why not."),
        queryset=Member.objects.select_related("village").order_by("standing", "name"),
        columns=[
            Column("name", _("Name"), lambda m: m.name, url=Member.get_absolute_url, sort="name"),
            Column("startup", _("Start-up"), lambda m: m.startup_name, sort="startup_name"),
            Column("village", _("From"), lambda m: m.village.name if m.village else ""),
            Column("standing", _("Standing"), lambda m: m.get_standing_display(), sort="standing", csv_value=lambda m: m.standing),
            Column("applied", _("Registered"), lambda m: moment(m.applied), sort="applied", csv_value=lambda m: m.applied),
        ],
        filters=MemberFilters(request.GET),
        links=[
            Link(_("House rules"), reverse("coworking:rules")),
            Link(_("Vouchers"), reverse("coworking:vouchers")),
            Link(_("Plans"), reverse("coworking:plans")),
        ],
        csv_name="pendopo-members",
        empty_title=_("Nobody has registered yet"),
        empty_text=_("The page for registering is open to everybody."),
        empty_url=reverse("coworking:join"),
        empty_action=_("See that page"),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("coworking.keep")
def member(request: PersonRequest, code: str) -> HttpResponse:
    """One member, and what a steward may do: let in, refuse, give or end a pass, end the membership."""
    found = get_object_or_404(Member.objects.select_related("village", "person", "rules"), code=code)
    form = PassForm(request.POST if request.POST.get("deed") == "pass" else None)
    if request.method == "POST":
        try:
            if _member_deed(request, found, form):
                return redirect(found)
        except Refused as why:
            messages.error(request, str(why))
            return redirect(found)
    context = {"member": found, "passes": found.passes.select_related("plan"), "form": form, "today": timezone.localdate()}
    return render(request, "coworking/member.html", context)


def _member_deed(request: PersonRequest, found: Member, form: PassForm) -> bool:
    deed, why = request.POST.get("deed", ""), request.POST.get("why", "").replace("\x00", "")
    if deed == "let_in":
        actions.let_in(member=found, by=request.user)
        messages.success(request, _("A member now. Send the invitation from the person's page."))
    elif deed == "turn_away":
        actions.turn_away(member=found, by=request.user, why=why)
    elif deed == "end":
        actions.end_membership(member=found, by=request.user, why=why)
    elif deed == "end_pass":
        held = found.passes.filter(pk=request.POST.get("pass", "0") if request.POST.get("pass", "0").isdecimal() else 0).first()
        if held:
            actions.end_pass(held=held, by=request.user)
    elif deed == "pass":
        if not form.is_valid():
            return False
        actions.give_pass(member=found, plan=form.cleaned_data["plan"], since=form.cleaned_data["since"], by=request.user)
        messages.success(request, _("The pass is given."))
    return True


@opens("coworking.keep")
def plans(request: PersonRequest) -> HttpResponse:
    """What can be had, for how much; a form for another one, or to change one (`?plan=`)."""
    known = Plan.objects.filter(code=request.GET.get("plan", "").replace("\x00", "")).first()
    initial = {name: getattr(known, name) for name in PlanForm.base_fields} if known else {}
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        actions.set_plan(code=given.pop("code"), by=request.user, **given)
        messages.success(request, _("Saved."))
        return redirect("coworking:plans")
    return render(request, "coworking/plans.html", {"plans": Plan.objects.all(), "form": form, "known": known})


@opens("")
def visitors(request: PersonRequest) -> HttpResponse:
    """Guests: everybody announces their own; stewards see today's of their places and note who came."""
    form = VisitorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.announce_visitor(**form.cleaned_data, by=request.user)
            messages.success(request, _("The guest is announced."))
            return redirect("coworking:visitors")
        except Refused as why:
            form.add_error(None, str(why))
    today = timezone.localdate()
    kept = [place.pk for place in Place.objects.all() if may(request.user, "coworking.keep", place)]
    coming = Visitor.objects.filter(day__gte=today).select_related("place", "host")
    context = {
        "form": form,
        "mine": coming.filter(host=request.user)[:50],
        "expected": coming.filter(place__in=kept, day=today) if kept else None,
        "tab": "visitors",
    }
    return render(request, "coworking/visitors.html", context)


@require_POST
@opens("coworking.keep")
def note_visitor(request: PersonRequest, pk: int) -> HttpResponse:
    """A guest has come or gone."""
    found = get_object_or_404(Visitor.objects.select_related("place"), pk=pk)
    if may(request.user, "coworking.keep", found.place):
        actions.note_visitor(visitor=found, by=request.user)
    return redirect("coworking:visitors")


@opens("coworking.keep")
def vouchers(request: PersonRequest) -> HttpResponse:
    """Makes vouchers for the network and shows the newest sheet of each place, to print."""
    form = VoucherForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        place = form.cleaned_data["place"]
        if may(request.user, "coworking.keep", place):
            try:
                actions.make_vouchers(**form.cleaned_data, by=request.user)
                return redirect("coworking:vouchers")
            except Refused as why:
                form.add_error(None, str(why))
        else:
            form.add_error("place", _("Your post does not reach %(name)s.") % {"name": place.name})
    kept = [place for place in Place.objects.all() if may(request.user, "coworking.keep", place)]
    rows = Voucher.objects.filter(place__in=kept, until__gte=timezone.localdate(), made__gte=timezone.now() - timedelta(days=30))
    newest = rows.select_related("place").order_by("-pk")[:200]
    sheet = [{"voucher": row, "mark": network_mark(row.place.network or row.place.name, row.code)} for row in newest]
    return render(request, "coworking/vouchers.html", {"form": form, "sheet": sheet})


@opens("coworking.keep")
def rules(request: PersonRequest) -> HttpResponse:
    """The house rules, as the newest version says."""
    newest = HouseRules.objects.first()
    form = RulesForm(request.POST or None, initial={"text": newest.text if newest else ""})
    if request.method == "POST" and form.is_valid():
        actions.write_rules(text=form.cleaned_data["text"].replace("\x00", ""), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("coworking:members")
    lead = _("A new version is shown to everybody who registers or books from now on.")
    return render(request, "ui/form.html", {"title": _("House rules"), "lead": lead, "form": form, "cancel": reverse("coworking:members")})
