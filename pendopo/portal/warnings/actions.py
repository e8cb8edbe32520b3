"""The verbs of subscriptions: ask for one, confirm, end, and tell warnings."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from pendopo.alerts.cap.actions.publishing import LETTER_SUBJECT, letter_of
from pendopo.alerts.cap.models import PublicWarning
from pendopo.audit.actions import record
from pendopo.notify.actions import Outsider, keep_browser, write
from pendopo.notify.models import Channel, Urgency
from pendopo.notify.models import Subscription as Browser
from pendopo.regions.logic import is_within
from pendopo.regions.models import Region

from .models import Subscription, WarningTold
from .tokens import token_of

# What went out longer ago, while nothing was told, is no news any more.
NEWS = timedelta(hours=6)


@transaction.atomic
def subscribe(*, email: str, region: Region, language: str) -> Subscription:
    """Asks for warnings of a place; the letter with the link leaves each time, so that a lost one can be asked for again."""
    found, new = Subscription.objects.get_or_create(
        email=email.lower(), region=region, ended=None, defaults={"language": language, "created": timezone.now()}
    )
    write(
        to=[Outsider(found.email, "", language)],
        kind="subscribe",
        subject_template=gettext_noop("Warnings for %(place)s: please confirm"),
        context={"place": region.name},
        about=f"/subscribe/{token_of(found.email)}",
    )
    if new:
        record(by=None, room="portal", verb="subscribe", about="/subscribe", after={"region": region.pk}, region=region.pk)
    return found


@transaction.atomic
def subscribe_browser(*, region: Region, language: str, endpoint: str, p256dh: str, auth: str) -> Subscription:
    """This browser shows warnings of a place from now on: it has asked its owner itself.

    Refused: keys or an address that cannot be used.
    """
    browser = keep_browser(endpoint=endpoint, p256dh=p256dh, auth=auth)
    now = timezone.now()
    found, new = Subscription.objects.get_or_create(
        browser=browser, region=region, ended=None, defaults={"language": language, "created": now, "confirmed": now}
    )
    if new:
        record(by=None, room="portal", verb="subscribe", about="/subscribe", after={"region": region.pk, "browser": True}, region=region.pk)
    return found


@transaction.atomic
def confirm(*, email: str) -> int:
    """The owner of the address opened the link: what was asked for holds. Returns how many places are new."""
    changed = Subscription.objects.filter(email=email, confirmed=None, ended=None).update(confirmed=timezone.now())
    if changed:
        record(by=None, room="portal", verb="confirm_subscription", about="/subscribe", after={"places": changed})
    return changed


@transaction.atomic
def end(*, email: str = "", browser: str = "", region: str = "") -> int:
    """No more warnings for the place, or (without one) for any, to an address or a browser. Returns how many ended."""
    held = Subscription.objects.filter(email=email, browser=browser, ended=None)
    changed = (held.filter(region=region) if region else held).update(ended=timezone.now())
    if changed:
        record(by=None, room="portal", verb="end_subscription", about="/subscribe", after={"places": changed})
    return changed


def concerns(place: str, regions: list[str]) -> bool:
    """Whether a warning for these regions concerns a place: it lies in one of them, or one of them in it."""
    return any(is_within(place, region) or is_within(region, place) for region in regions)


def tell_warnings(*, now: datetime | None = None) -> int:
    """Tells subscribers of what went out and was not told yet, each address once. Returns how many letters were written."""
    moment = now or timezone.now()
    waiting = PublicWarning.objects.published().filter(sent__gt=moment - NEWS).exclude(pk__in=WarningTold.objects.values("pk"))
    return sum(_tell(warning) for warning in reversed(list(waiting.prefetch_related("regions"))))


@transaction.atomic
def _tell(warning: PublicWarning) -> int:
    told, new = WarningTold.objects.get_or_create(warning=warning)
    if not new:
        return 0
    regions = [region.pk for region in warning.regions.all()]
    near = [one for one in Subscription.objects.active() if concerns(one.region_id, regions)]
    known = set(Browser.objects.filter(pk__in=[one.browser for one in near if one.browser]).values_list("pk", flat=True))
    people = {one.email: Outsider(one.email, "", one.language) for one in near if one.email}
    people |= {one.browser: Outsider(one.browser, "", one.language, Channel.PUSH) for one in near if one.browser in known}
    write(
        to=people.values(),
        kind="warning",
        subject_template=LETTER_SUBJECT,
        context=letter_of(warning),
        about=warning.get_public_url(),
        urgency=Urgency.URGENT,
    )
    told.letters = len(people)
    told.save()
    record(by=None, room="portal", verb="tell_warning", about=warning.get_public_url(), after={"letters": len(people)})
    return len(people)
