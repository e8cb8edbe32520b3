"""What everybody reads: the feed of warnings, each signed message, its page, and the certificate of the signatures."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from pendopo.regions.models import Region

from ..feed import Entry, feed_text
from ..models import MessageType, PublicWarning, SigningKey

CAP_TYPE = "application/cap+xml; charset=utf-8"
FEED_TYPE = "application/atom+xml; charset=utf-8"
# What the feed keeps beside what is in force: so that who asks once a day still hears of an end.
KEPT = timedelta(days=7)
MOST = 100


def _listed() -> list[PublicWarning]:
    now = timezone.now()
    found = PublicWarning.objects.published().filter(Q(expires__gt=now) | Q(sent__gt=now - KEPT)).prefetch_related("regions")
    return list(found[:MOST])


def _newest(request: HttpRequest) -> datetime | None:
    return PublicWarning.objects.published().values_list("sent", flat=True).first()


def _etag(request: HttpRequest) -> str | None:
    newest = PublicWarning.objects.published().values_list("identifier", flat=True).first()
    return f'"{newest}"' if newest else None


@require_safe
@condition(etag_func=_etag, last_modified_func=_newest)
def feed(request: HttpRequest) -> HttpResponse:
    """What is in force and what went out in the last seven days, the newest first, as Atom with a link to each message."""
    entries = [
        Entry(
            identifier=one.identifier or "",
            headline=one.headline,
            summary=one.instruction or one.description,
            sent=one.sent or one.created,
            expires=one.expires,
            status=one.status,
            kind=one.message_type,
            event=one.event,
            category=one.category,
            urgency=one.urgency,
            severity=one.severity,
            certainty=one.certainty,
            area=", ".join(region.name for region in one.regions.all()),
            xml=f"{settings.SITE_URL}{one.get_xml_url()}",
            page=f"{settings.SITE_URL}{one.get_public_url()}",
            rights=one.attribution,
        )
        for one in _listed()
    ]
    house = Region.objects.filter(pk=settings.REGION).values_list("name", flat=True).first() or ""
    address = f"{settings.SITE_URL}{reverse('alerts:cap-feed')}"
    title = _("Public warnings of %(name)s") % {"name": house}
    return _public(HttpResponse(feed_text(address, title, f"Pemerintah {house}", entries, datetime.now(UTC)), content_type=FEED_TYPE))


@require_safe
def message(request: HttpRequest, identifier: str) -> HttpResponse:
    """One signed message, byte for byte as it went out. It never changes."""
    found = get_object_or_404(PublicWarning.objects.published(), identifier=identifier)
    answer = _public(HttpResponse(found.body.encode(), content_type=CAP_TYPE))
    answer["ETag"] = f'"{found.digest}"'
    answer["Last-Modified"] = http_date((found.sent or found.created).timestamp())
    return answer


@require_safe
def page(request: HttpRequest, identifier: str) -> HttpResponse:
    """One warning for people: what, where, until when, what to do, and what followed it."""
    found = get_object_or_404(PublicWarning.objects.published(), identifier=identifier)
    later = found.followed_by.filter(stage="published").first()
    now = timezone.now()
    context = {
        "warning": found,
        "regions": list(found.regions.order_by("code")),
        "later": later,
        "is_over": found.expires <= now or later is not None or found.message_type == MessageType.CANCEL,
        "expired": found.expires <= now,
    }
    return render(request, "alerts/cap/public.html", context)


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """The certificates of the signatures (PEM), the newest first; empty before the first warning."""
    text = "".join(SigningKey.objects.values_list("certificate", flat=True))
    return _public(HttpResponse(text, content_type="application/x-pem-file"))


def _public(answer: HttpResponse) -> HttpResponse:
    """For every site to read, and asked again each time: a warning never waits in a cache."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "no-cache"
    return answer
