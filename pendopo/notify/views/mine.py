"""My notices: where I am reached, what I want to hear, what came lately."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from .. import actions
from ..channels import is_set_up
from ..forms import AddressForm, PushForm, WishesForm
from ..models import Address, Dispatch, Endpoint, Wishes
from ..push import public_key

LATELY = 10


@opens("")
def mine(request: PersonRequest) -> HttpResponse:
    """Addresses, wishes, webhooks and the last notices of the reader."""
    return render(request, "notify/mine.html", facts(request.user))


def facts(person: Person, address_form: AddressForm | None = None, wishes_form: WishesForm | None = None) -> dict[str, object]:
    """What the page shows."""
    wishes = Wishes.objects.filter(person=person).first() or Wishes(person=person)
    addresses = list(Address.objects.kept().filter(person=person))
    return {
        "addresses": [(address, is_set_up(address.channel)) for address in addresses],
        "mail_works": is_set_up("email"),
        "mail_used": wishes.email or not any(address.confirmed for address in addresses),
        "address_form": address_form or AddressForm(),
        "wishes_form": wishes_form or WishesForm.of(wishes),
        "endpoints": Endpoint.objects.filter(person=person),
        "lately": Dispatch.objects.filter(person=person).exclude(notice__kind="confirm").select_related("notice")[:LATELY],
        "language": person.get_language_display(),
        "push_key": public_key(),
    }


@require_POST
@opens("")
def wish(request: PersonRequest) -> HttpResponse:
    """Other wishes."""
    form = WishesForm(request.POST)
    if form.is_valid():
        try:
            actions.set_wishes(person=request.user, email=form.cleaned_data["email"], muted=form.muted, **form.hours)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Saved."))
            return redirect("notify:mine")
    return render(request, "notify/mine.html", facts(request.user, wishes_form=form))


@require_POST
@opens("")
def add(request: PersonRequest) -> HttpResponse:
    """Another address; a code goes there."""
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            address = actions.add_address(person=request.user, **form.cleaned_data)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("A code was sent to %(target)s. Type it in here.") % {"target": address.target})
            return redirect("notify:mine")
    return render(request, "notify/mine.html", facts(request.user, address_form=form))


@require_POST
@opens("")
def add_browser(request: PersonRequest) -> HttpResponse:
    """This browser shows notices from now on."""
    form = PushForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("The keys of this browser cannot be read: try again, or use another browser."))
        actions.add_browser(person=request.user, **form.cleaned_data)
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("This browser shows your notices from now on. Send it a test."))
    return redirect("notify:mine")


def worker(request: HttpRequest) -> HttpResponse:
    """The small program that shows notices while no page of the house is open."""
    return render(request, "notify/push.js", content_type="text/javascript")


@require_POST
@opens("")
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """One of my addresses: confirm it, ask for a new code, test it, remove it."""
    address = get_object_or_404(Address.objects.kept().select_related("person"), pk=pk, person=request.user)
    try:
        say = _deed(address, request.user, request.POST.get("deed", ""), request.POST.get("code", ""))
    except Refused as why:
        messages.error(request, str(why))
    else:
        if say:
            messages.success(request, say)
        else:
            messages.error(request, _("This is not the code that was sent. Look again, or ask for a new one."))
    return redirect("notify:mine")


def _deed(address: Address, person: Person, deed: str, code: str) -> str:
    """Does it and says so; '' for a wrong code."""
    if deed == "confirm":
        return _("Confirmed: notices reach you here from now on.") if actions.confirm(address=address, code=code) else ""
    if deed == "code":
        actions.ask_confirmation(address=address)
        return _("A code was sent to %(target)s. Type it in here.") % {"target": address.target}
    if deed == "test":
        actions.send_test(person=person, address=address)
        return _("A test notice is on its way to %(target)s.") % {"target": address.target}
    if deed == "remove":
        actions.remove_address(address=address)
        return _("The address is used no more.")
    raise Refused(_("Choose what to do with the address."))


@require_POST
@opens("")
def test_account(request: PersonRequest) -> HttpResponse:
    """A test notice to the e-mail address of the account."""
    try:
        actions.send_test(person=request.user)
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("A test notice is on its way to %(target)s.") % {"target": request.user.email})
    return redirect("notify:mine")
