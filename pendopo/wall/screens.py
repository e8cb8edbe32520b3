"""Pages for the wall's screens: who may show boards without a person, a new one, and taking the right back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.ui.door import opens
from pendopo.ui.lists import Bulk, Column, Link, Listing
from pendopo.ui.templatetags.house import ago, moment

from .actions import add_screen, revoke_screens
from .boards import boards_for, shipped
from .forms import ScreenFilters, ScreenForm
from .models import KioskToken


def _by(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the door let only people in
    return request.user


@opens("wall.tokens", house=True)
def screens(request: HttpRequest) -> HttpResponse:
    """All screens; the chosen ones can be revoked."""
    listing = Listing(
        request,
        title=_("Wall screens"),
        lead=_("Shows boards without a person, or joins the meetings at the place of its name. Without its right it is dark at once."),
        queryset=KioskToken.objects.all(),
        columns=[
            Column("label", _("Name"), lambda s: s.label, sort="label"),
            Column("state", _("State"), lambda s: _("Revoked") if s.revoked else _("May show"), sort="revoked"),
            Column("meanwhile", _("From a posture"), lambda s: f"{s.get_from_posture_display()}: {s.meanwhile}" if s.meanwhile else "–"),
            Column("created", _("Made"), lambda s: moment(s.created), sort="created", csv_value=lambda s: s.created),
            Column("last_seen", _("Last seen"), lambda s: ago(s.last_seen), sort="last_seen", csv_value=lambda s: s.last_seen),
        ],
        filters=ScreenFilters(request.GET),
        bulk=[Bulk("revoke", _("Revoke"))],
        links=[Link(_("New screen"), reverse("wall:new-screen"))],
        csv_name="screens",
        empty_title=_("No screen yet"),
        empty_text=_("Make a token and open its address on the screen that hangs on the wall."),
        empty_url=reverse("wall:new-screen"),
        empty_action=_("New screen"),
    )
    if request.method == "POST" and listing.action == "revoke":
        ids = [int(key) for key in listing.selected() if key.isdecimal()]
        count = revoke_screens(ids=ids, by=_by(request))
        messages.success(request, ngettext("%(count)d screen revoked.", "%(count)d screens revoked.", count) % {"count": count})
        return redirect("wall:screens")
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("wall.tokens", house=True)
def new_screen(request: HttpRequest) -> HttpResponse:
    """A new screen; its address with the token is shown this once."""
    boards = [(one.spec.code, one.spec.title.say(get_language())) for one in boards_for(None)]
    form = ScreenForm(request.POST or None, boards=boards)
    if request.method == "POST" and form.is_valid():
        screen, secret = add_screen(by=_by(request), **form.cleaned_data)
        addresses = [request.build_absolute_uri(f"{reverse('wall:board', args=[code])}?kiosk={secret}") for code in shipped()]
        addresses.append(request.build_absolute_uri(f"{reverse('wall:meeting')}?kiosk={secret}"))
        answer = render(request, "wall/screen_made.html", {"screen": screen, "addresses": addresses})
        answer["Cache-Control"] = "no-store"
        return answer
    return render(
        request, "ui/form.html", {"title": _("New screen"), "form": form, "submit": _("Make the token"), "cancel": reverse("wall:screens")}
    )
