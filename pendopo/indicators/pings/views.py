"""The address that jobs call, and the pages of checks."""

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from pendopo.agencies.access import may
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.strangers import sender_of
from pendopo.ui.templatetags.house import ago

from ..views.scope import agencies_for
from .actions import TooMany, add_check, digest_of, renew_key, take_call, use_check
from .forms import CheckForm
from .logic import CALLS_A_MINUTE, MAX_BODY_BYTES, meaning
from .models import Check

SHOWN_CALLS = 50


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ping(request: HttpRequest, key: str, ending: str = "") -> HttpResponse:
    """`/ping/<key>`, `/start`, `/fail` or an exit code: plain words, 200 when it was noted, 404 for an unknown key, 429 for too many."""
    check = Check.objects.filter(digest=digest_of(key)).first()
    kind = meaning(ending)
    if check is None or kind is None:
        return _plain("not found: ask for the address of this check", 404)
    body = request.read(MAX_BODY_BYTES).decode("utf-8", "replace").replace("\x00", "␀") if request.method == "POST" else ""
    try:
        take_call(
            check=check,
            kind=kind,
            method=request.method or "GET",
            code=int(ending) if ending.isdigit() else None,
            address=sender_of(request)[:45],
            body=body,
        )
    except TooMany:
        answer = _plain(f"too many: at most {CALLS_A_MINUTE} calls a minute", 429)
        answer["Retry-After"] = "60"
        return answer
    return _plain("OK", 200)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")


def checks_for(person: Person) -> QuerySet[Check]:
    """The checks of the agencies within reach."""
    every = Check.objects.select_related("agency").order_by("name")
    return every if may(person, "sources.change") else every.filter(agency__in=agencies_for(person, "sources.change"))


def _check(person: Person, code: str) -> Check:
    found = checks_for(person).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def state_word(check: Check) -> str:
    """How it stands, in a word."""
    return str(check.get_state_display()) if check.active else _("retired")


def schedule(check: Check) -> str:
    """Its period or cron line."""
    return f"{check.cron} ({check.zone})" if check.cron else check.every


@opens("sources.change")
def checks(request: PersonRequest) -> HttpResponse:
    """All checks within reach."""
    listing = Listing(
        request,
        title=_("Checks of jobs"),
        lead=_("A job or backup calls its address when it ran. When no call comes, the people of its agency are told."),
        queryset=checks_for(request.user),
        columns=[
            Column("name", _("Name"), lambda c: c.name, url=lambda c: c.get_absolute_url(), sort="name"),
            Column("agency", _("Agency"), lambda c: c.agency.label, csv_value=lambda c: c.agency.code, sort="agency__name"),
            Column("schedule", _("Runs"), schedule),
            Column("grace", _("Grace"), lambda c: c.grace),
            Column(
                "last_success", _("Last went well"), lambda c: ago(c.last_success), csv_value=lambda c: c.last_success, sort="last_success"
            ),
            Column("state", _("State"), state_word, csv_value=lambda c: c.state, sort="state"),
        ],
        csv_name="checks",
        links=[Link(_("Add a check"), reverse("indicators:add-check"))],
        empty_title=_("No checks yet"),
        empty_text=_("Add one for every job whose silence must not go unnoticed, such as the nightly backup."),
        empty_url=reverse("indicators:add-check"),
        empty_action=_("Add a check"),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("sources.change")
def add(request: PersonRequest) -> HttpResponse:
    """A new check; its address is shown this once."""
    form = CheckForm(request.POST or None, agencies=agencies_for(request.user, "sources.change"))
    if request.method == "POST" and form.is_valid():
        check, key = add_check(by=request.user, **form.cleaned_data)
        return _page(request, check, key)
    return render(request, "ui/form.html", {"title": _("Add a check"), "form": form, "cancel": reverse("indicators:checks")})


def _page(request: PersonRequest, check: Check, key: str = "") -> HttpResponse:
    context = {
        "check": check,
        "address": f"{settings.SITE_URL}{reverse('indicators:ping', args=[key])}" if key else "",
        "schedule": schedule(check),
        "calls": check.calls.all()[:SHOWN_CALLS],
        "word": state_word(check),
    }
    answer = render(request, "indicators/check.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@opens("sources.change")
def check(request: PersonRequest, code: str) -> HttpResponse:
    """One check: how it stands, its last calls and what they said."""
    return _page(request, _check(request.user, code))


@require_POST
@opens("sources.change")
def act(request: PersonRequest, code: str) -> HttpResponse:
    """A new address, or out of use and into use again."""
    found = _check(request.user, code)
    wish = request.POST.get("do", "")
    if wish == "renew":
        return _page(request, found, renew_key(check=found, by=request.user))
    if wish in ("retire", "use"):
        use_check(check=found, by=request.user, active=wish == "use")
        messages.success(request, _("The check was changed."))
    return redirect(found.get_absolute_url())
