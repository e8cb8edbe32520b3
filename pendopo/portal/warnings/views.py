"""Asking to be warned, confirming and ending it, and the feed of a place."""

import xml.etree.ElementTree as ElementTree

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pendopo.agencies.actions import Refused
from pendopo.alerts.cap.models import PublicWarning
from pendopo.indicators.latest import utc_text
from pendopo.notify.logic import masked
from pendopo.notify.models import Channel
from pendopo.notify.push import public_key
from pendopo.regions.models import Region
from pendopo.ui.strangers import address_of, count

from ..keeping import kept
from . import actions
from .forms import BrowserForm, SubscribeForm
from .models import Subscription
from .tokens import BROWSER, LIFE_S, email_of, token_of

HOUR_S, DAY_S = 3600, 86_400
AN_HOUR, LETTERS_A_DAY = 20, 5
# The signed name by which a browser finds its own subscriptions again; it is no session.
COOKIE = "pendopo_warned"
IN_FEED = 50
FRESH_S = 2


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """A place and an address; the letter with the link follows. The answer is the same whether the address is known or not."""
    form = SubscribeForm(request.POST or None, initial={"region": request.GET.get("w", "")})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        flood = count("subscribe", address_of(request), window_s=HOUR_S) > AN_HOUR or form.is_doubtful
        if flood:
            form.add_error(None, _("Too quick, or too many: please try again in a moment."))
        else:
            if count("subscribe-mail", email, window_s=DAY_S) <= LETTERS_A_DAY:
                actions.subscribe(email=email, region=form.cleaned_data["region"], language=(get_language() or "id")[:2])
            messages.success(request, _("Open the letter that we have just sent and follow the link in it. Nothing is sent before that."))
            return redirect("portal:subscribe")
    token = request.COOKIES.get(COOKIE, "")
    context = {
        "form": form,
        "browser_form": BrowserForm(initial={"region": request.GET.get("w", "")[:8]}),
        "push_key": public_key(),
        "mine": token if email_of(token) else "",
    }
    return render(request, "portal/warnings/subscribe.html", context)


@require_POST
def subscribe_browser(request: HttpRequest) -> HttpResponse:
    """This browser shows the warnings of a kecamatan. Its page of subscriptions is remembered in a cookie of the own browser."""
    form = BrowserForm(request.POST)
    try:
        if count("subscribe", address_of(request), window_s=HOUR_S) > AN_HOUR:
            raise Refused(_("Too quick, or too many: please try again in a moment."))
        if not form.is_valid():
            raise Refused(_("Choose the district, and allow this browser to show notices."))
        made = actions.subscribe_browser(language=(get_language() or "id")[:2], **form.cleaned_data)
    except Refused as why:
        messages.error(request, str(why))
        return redirect("portal:subscribe")
    token = token_of(f"{BROWSER}{made.browser}")
    messages.success(request, _("This browser shows warnings for %(place)s from now on.") % {"place": made.region.name})
    answer = redirect("portal:my-warnings", token)
    answer.set_cookie(COOKIE, token, max_age=LIFE_S, httponly=True, samesite="Lax", secure=request.is_secure())
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """From the link in a letter: confirm what was asked for, see it, and end it."""
    who = email_of(token)
    if who is None:
        raise Http404
    browser = who.removeprefix(BROWSER) if who.startswith(BROWSER) else ""
    email = "" if browser else who
    if request.method == "POST":
        wish = request.POST.get("do")
        if wish == "confirm" and email:
            actions.confirm(email=email)
            messages.success(request, _("You are warned from now on."))
        elif wish == "end":
            actions.end(email=email, browser=browser, region=request.POST.get("region", "")[:13])
            messages.success(request, _("Ended."))
        return redirect("portal:my-warnings", token)
    rows = Subscription.objects.filter(email=email, browser=browser, ended=None).select_related("region")
    address = masked(Channel.EMAIL, email) if email else _("This browser")
    context = {"rows": rows, "waiting": [row for row in rows if row.confirmed is None], "email": address}
    return render(request, "portal/warnings/mine.html", context)


@require_safe
@kept(FRESH_S)
def feed(request: HttpRequest, code: str) -> HttpResponse:
    """Warnings of a place as Atom; each entry leads to its page and to the CAP message."""
    region = Region.objects.filter(pk=code[:13], code__startswith=settings.REGION).defer("boundary").first()
    if region is None:
        raise Http404
    ElementTree.register_namespace("", "http://www.w3.org/2005/Atom")
    root = ElementTree.Element("{http://www.w3.org/2005/Atom}feed")
    address = settings.SITE_URL + reverse("portal:place-feed", args=[region.code])
    found = [
        one
        for one in PublicWarning.objects.published().exclude(status="Test").prefetch_related("regions")[: 10 * IN_FEED]
        if actions.concerns(region.code, [place.pk for place in one.regions.all()])
    ][:IN_FEED]
    _child(root, "id", address)
    _child(root, "title", _("Warnings: %(place)s") % {"place": region.name})
    _child(root, "updated", utc_text(found[0].sent if found else timezone.now()) or "")
    _child(root, "link", rel="self", href=address)
    author = _child(root, "author")
    _child(author, "name", settings.SITE_URL)
    for one in found:
        entry = _child(root, "entry")
        _child(entry, "id", settings.SITE_URL + one.get_public_url())
        _child(entry, "title", ("LATIHAN: " if one.status == "Exercise" else "") + one.headline)
        _child(entry, "updated", utc_text(one.sent) or "")
        _child(entry, "link", rel="alternate", href=settings.SITE_URL + one.get_public_url())
        _child(entry, "link", rel="enclosure", type="application/cap+xml", href=settings.SITE_URL + one.get_xml_url())
        _child(entry, "summary", one.description or one.headline)
        if one.attribution:
            _child(entry, "rights", one.attribution)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


def _child(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{http://www.w3.org/2005/Atom}}{name}", attributes)
    child.text = text or None
    return child
