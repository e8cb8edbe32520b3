"""Pages of warnings of others: what came in, one message with its checks, the feeds."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import holds, opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import ago, moment

from . import actions
from .forms import SHIPPED, AsideForm, FeedForm, HeardFilters
from .models import Feed, Heard, Verdict


@opens("warnings.see")
def heard(request: PersonRequest) -> HttpResponse:
    """What came in; without a choice what waits for a person."""
    listing = Listing(
        request,
        title=_("Warnings of others"),
        lead=_("What BMKG and others warn of, checked and mapped to our districts. A person decides what the public reads here."),
        queryset=Heard.objects.select_related("feed").prefetch_related("regions"),
        columns=[
            Column("headline", _("Warning"), str, url=Heard.get_absolute_url, sort="headline"),
            Column("feed", _("From"), lambda h: h.feed.name, csv_value=lambda h: h.feed.code),
            Column("regions", _("Regions"), lambda h: ", ".join(region.name for region in h.regions.all()) or "–"),
            Column("severity", _("How bad"), lambda h: h.severity),
            Column("verdict", _("State"), lambda h: h.get_verdict_display(), csv_value=lambda h: h.verdict, sort="verdict"),
            Column("received", _("Received"), lambda h: ago(h.received), csv_value=lambda h: h.received, sort="received"),
            Column("expires", _("Holds until"), lambda h: moment(h.expires), csv_value=lambda h: h.expires, sort="expires"),
            Column("identifier", "identifier", lambda h: h.identifier, csv_only=True),
            Column("reason", _("Why"), lambda h: h.reason, csv_only=True),
        ],
        filters=HeardFilters(request.GET),
        links=[Link(_("Feeds"), reverse("alerts:feeds"))],
        csv_name="warnings-heard",
        empty_title=_("Nothing waits"),
        empty_text=_("What feeds bring and what is about our districts stands here until somebody decides."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("warnings.see")
def one(request: PersonRequest, pk: int) -> HttpResponse:
    """One message with what our checks said of it."""
    found = get_object_or_404(Heard.objects.select_related("feed", "replaces", "warning", "decided_by"), pk=pk)
    context = {
        "heard": found,
        "regions": list(found.regions.order_by("code")),
        "later": found.replaced_by.exclude(verdict=Verdict.REFUSED).first(),
        "decides": found.verdict == Verdict.WAITING and holds(request.user, "warnings.write"),
        "expired": found.expires is not None and found.expires <= timezone.now(),
        "form": AsideForm(),
    }
    return render(request, "alerts/hearing/one.html", context)


@require_POST
@opens("warnings.write", house=True)
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """Passed on as a draft of our own, or put aside."""
    found = get_object_or_404(Heard, pk=pk)
    try:
        if request.POST.get("do") == "pass":
            made = actions.pass_on(heard=found, by=request.user)
            messages.success(request, _("Here is the draft with its source. Read it, then ask for approval."))
            return redirect(made)
        actions.put_aside(heard=found, why=request.POST.get("why", ""), by=request.user)
    except Refused as why:
        messages.error(request, str(why))
        return redirect(found)
    return redirect("alerts:heard")


@opens("warnings.see")
def feeds(request: PersonRequest) -> HttpResponse:
    """The feeds, when each was heard last, and what is wrong."""
    changes = holds(request.user, "warnings.feeds")
    known = list(Feed.objects.all())
    offered = [(code, facts["name"]) for code, facts in SHIPPED.items() if code not in {feed.code for feed in known}] if changes else []
    return render(request, "alerts/hearing/feeds.html", {"feeds": known, "offered": offered, "changes": changes})


@opens("warnings.feeds", house=True)
def feed(request: PersonRequest, code: str) -> HttpResponse:
    """One feed: a shipped one to begin with, or one's own."""
    found = Feed.objects.filter(code=code).first()
    form = FeedForm(request.POST or None, instance=found, initial=None if found else SHIPPED.get(code, {}))
    if request.method == "POST" and form.is_valid():
        actions.set_feed(code=code, by=request.user, **form.cleaned_data)
        return redirect("alerts:feeds")
    title = found.name if found else SHIPPED.get(code, {}).get("name", code)
    return render(request, "ui/form.html", {"title": title, "form": form, "cancel": reverse("alerts:feeds")})
