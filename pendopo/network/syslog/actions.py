"""The verbs of the log: take lines, judge what they mean together, let old ones go."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from pendopo.alerts.actions import apply
from pendopo.alerts.models import Alert, Severity
from pendopo.alerts.verdicts import About, Verdict, fingerprint
from pendopo.bus.messages import LogLine
from pendopo.indicators.checks import Observation
from pendopo.indicators.house.actions import send
from pendopo.indicators.latest import utc_text
from pendopo.indicators.models import Source

from ..models import Device, LogEvent, LogKind, LogPosition
from .patterns import BROKEN_IN, FLAPPING, WINDOW, Pattern, Word, kind_of, patterns

FAMILY = "syslog"
SEVERITIES = {BROKEN_IN: Severity.EXTREME, FLAPPING: Severity.MODERATE}
RATE_S = 300
# So many lines go at once, so that nobody waits for the broom.
TOGETHER = 20_000


@transaction.atomic
def take(*, lines: Sequence[LogLine], position: int) -> int:
    """Keeps lines, with their place in the stream, in one transaction: each once, whatever breaks. Answers how many."""
    known = list(Device.objects.values_list("pk", "code", "address"))
    senders = {str(address): pk for pk, _code, address in known if address}
    codes = {code: pk for pk, code, _address in known}
    rows = []
    for line in lines:
        kind, of = kind_of(line.text)
        device = senders.get(line.sender) or codes.get(line.host.lower())
        rows.append(
            LogEvent(
                at=datetime.fromisoformat(line.at),
                device_id=device,
                sender=line.sender,
                host=line.host,
                app=line.app,
                facility=line.facility,
                severity=line.severity,
                kind=kind,
                of=of,
                text=line.text,
                raw=line.raw,
            )
        )
    LogEvent.objects.bulk_create(rows, batch_size=1000)
    LogPosition.objects.update_or_create(pk=1, defaults={"position": position})
    return len(rows)


def judge(*, now: datetime) -> list[Pattern]:
    """Guessed passwords and flapping lines become alerts; what was bad and is calm for the window is well again."""
    recent = LogEvent.objects.filter(at__gte=now - WINDOW, at__lte=now, kind__in=_judged()).select_related("device__site")
    places: dict[str, str] = {}
    words = []
    for event in recent.only("at", "kind", "of", "sender", "device__code", "device__name", "device__site__region"):
        name = event.device.name if event.device else event.sender
        places[name] = event.device.site.region_id if event.device else settings.REGION
        words.append(Word(event.at, name, event.kind, event.of))
    found = patterns(words, now)
    verdicts = [_bad(one, places[one.device], now) for one in found]
    hot = {verdict.fingerprint for verdict in verdicts}
    for alert in Alert.objects.open().filter(family=FAMILY).exclude(fingerprint__in=hot):
        about = About(name=alert.name, region=alert.region_id, severity=alert.severity, group=FAMILY, labels=alert.labels, link=alert.link)
        verdicts.append(Verdict(alert.fingerprint, hot=False, at=now, about=about))
    if verdicts:
        apply(verdicts=verdicts)
    return found


def _judged() -> list[str]:
    return [LogKind.AUTH_FAILED, LogKind.AUTH_OK, LogKind.LINK_DOWN, LogKind.LINK_UP]


def _bad(found: Pattern, region: str, now: datetime) -> Verdict:
    given = {"device": found.device, "of": found.of, "count": found.count}
    if found.what == FLAPPING:
        name = _("The line %(of)s of %(device)s flaps") % given
        reason = _("It went down and up %(count)s times within ten minutes.") % given
    elif found.what == BROKEN_IN:
        name = _("Signed in at %(device)s after guessing, from %(of)s") % given
        reason = (
            _("%(count)s sign-ins were refused within ten minutes, then one was let in. Shut the account and look at what was done.")
            % given
        )
    else:
        name = _("Passwords are guessed at %(device)s, from %(of)s") % given
        reason = _("%(count)s sign-ins were refused within ten minutes.") % given
    about = About(
        name=name[:200],
        region=region,
        severity=SEVERITIES.get(found.what, Severity.SEVERE),
        group=FAMILY,
        labels={"of": found.of, "device": found.device},
        link="/network/log",
    )
    code = "flap" if found.what == FLAPPING else "guess"
    return Verdict(
        fingerprint(FAMILY, f"{code}:{found.device}:{found.of}"),
        hot=True,
        at=now,
        about=about,
        value=float(found.count),
        reason=reason[:500],
    )


def count(*, source: Source, until: datetime) -> int:
    """Delivers how many lines of each kind each device told in the five minutes before `until`, as `net.log`. Answers how many figures."""
    since = until - timedelta(seconds=RATE_S)
    told = LogEvent.objects.filter(at__gte=since, at__lt=until, device__isnull=False).order_by()
    counted = told.values_list("device__code", "device__site__region", "kind").annotate(lines=Count("pk"))
    at = utc_text(since) or ""
    rows = [
        Observation("net.log", region, at, float(lines), dims={"device": device, "kind": kind}) for device, region, kind, lines in counted
    ]
    if rows:
        send(source=source, rows=rows)
    return len(rows)


def forget(*, before: datetime) -> int:
    """Lets go of lines that were told before a moment. Answers how many."""
    gone = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM network_logevent WHERE id IN (SELECT id FROM network_logevent WHERE at < %s LIMIT %s)", [before, TOGETHER]
            )
            done = int(cursor.rowcount)
        gone += done
        if done < TOGETHER:
            return gone
