"""The verb that hears who is reached: outages become alerts that name the cause and the agencies, what hangs behind is kept quiet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.alerts.actions import apply, depend, undepend
from pendopo.alerts.models import RANKS, Alert, Severity
from pendopo.alerts.verdicts import About, Verdict, fingerprint
from pendopo.ui.words import number_text

from ..graph import DEVICE, DUCT, SPAN, Effect, Network, Outage, diagnose, lost
from ..reading import Names, cause_words, effect_words, named
from ..weakness import LOSS, Weak

ORIGIN = FAMILY = "network"
# So many agencies without any way make it severe, twice as many extreme.
MANY = 5


@dataclass(frozen=True)
class Heard:
    """What collectors say: devices that are reached, silent ones and those reached badly, and spans whose living end says that the line is
    down or up."""

    reached: frozenset[str]
    silent: frozenset[str]
    broken: frozenset[str] = frozenset()
    sound: frozenset[str] = frozenset()
    weak: frozenset[Weak] = frozenset()


def name_of(kind: str, codes: Iterable[str]) -> str:
    """The fingerprint of a cause or a device."""
    return fingerprint("network", f"{kind}:{','.join(sorted(codes))}")


def hear(*, network: Network, names: Names, heard: Heard, at: datetime, region: str) -> list[Outage]:
    """Takes the whole picture of a moment. Answers the outages as they are blamed now. Saying the same again changes nothing."""
    silent = heard.silent & network.sites.keys()
    outages = diagnose(network, silent, heard.broken)
    verdicts: list[Verdict] = []
    hot: set[str] = set()
    hangs: dict[str, str] = {}
    for outage in outages:
        cause = name_of(outage.kind, outage.causes)
        hot.add(cause)
        verdicts.append(_told(outage, cause, network, names, at, region, heard))
        for device in outage.devices:
            own = name_of(DEVICE, [device])
            if own != cause:
                hangs[own] = cause
                hot.add(own)
                verdicts.append(_device(device, own, names, at, region))
    for verdict in _weak(network, names, heard, at, region):
        hot.add(verdict.fingerprint)
        verdicts.append(verdict)
    verdicts.extend(_well(hot, at, network, heard))
    with transaction.atomic():
        undepend(origin=ORIGIN, children=sorted(hot - hangs.keys()))
        for child, cause in sorted(hangs.items()):
            depend(child=child, parents=[cause], origin=ORIGIN, wait_s=5)
        apply(verdicts=verdicts)
    return outages


def _effect(network: Network, outage: Outage) -> Effect:
    """What hangs on the causes of an outage."""
    if outage.kind == DEVICE:
        return lost(network, (), outage.causes)
    return lost(network, network.in_duct(outage.causes[0]) if outage.kind == DUCT else outage.causes)


def _told(outage: Outage, cause: str, network: Network, names: Names, at: datetime, region: str, heard: Heard) -> Verdict:
    effect = _effect(network, outage)
    words = f"{cause_words(outage, names)}. {effect_words(effect, names)}"
    severity = Severity.MODERATE
    if effect.agencies:
        severity = Severity.SEVERE
    if len(effect.agencies) >= MANY:
        severity = Severity.EXTREME
    about = About(
        name=words[:200],
        region=names.regions.get(outage.heads[0], region) if outage.heads else region,
        severity=severity,
        group=FAMILY,
        labels={"cause": outage.kind, "of": ",".join(outage.causes)[:200]},
        link=_link(outage),
    )
    return Verdict(
        cause,
        hot=True,
        at=at,
        about=about,
        value=float(len(effect.affected)),
        size=RANKS[severity] * 1e6 + len(outage.devices),
        reason=f"{words}{_line_words(outage, heard)}"[:500],
    )


def _weak(network: Network, names: Names, heard: Heard, at: datetime, region: str) -> list[Verdict]:
    """One alert for each patch of devices that are reached badly: it names the line before them and the agencies behind it."""
    by_device = {one.device: one for one in heard.weak if one.device in network.sites and one.device not in heard.silent}
    verdicts = []
    for outage in diagnose(network, by_device):
        worst = max((by_device[device] for device in outage.devices), key=lambda one: (one.kind == LOSS, one.value, one.device))
        effect = _effect(network, outage)
        what = named(outage.causes, names.devices if outage.kind == DEVICE else names.links)
        words = f"{_weak_words(what, worst)} {effect_words(effect, names)}"
        about = About(
            name=words[:200],
            region=names.regions.get(outage.heads[0], region) if outage.heads else region,
            severity=Severity.MODERATE,
            group=FAMILY,
            labels={"cause": worst.kind, "of": ",".join(outage.causes)[:200]},
            link=_link(outage),
        )
        own = name_of(f"weak-{outage.kind}", outage.causes)
        verdicts.append(Verdict(own, hot=True, at=at, about=about, value=worst.value, size=worst.value, reason=words[:500]))
    return verdicts


def _weak_words(what: str, worst: Weak) -> str:
    if worst.kind == LOSS:
        return _("Packets are lost: %(what)s (%(percent)s %%).") % {
            "what": what,
            "percent": number_text(worst.value, 0, get_language() or "id"),
        }
    return _("Slow: %(what)s (%(now)s ms instead of %(usual)s ms).") % {
        "what": what,
        "now": number_text(worst.value, 0, get_language() or "id"),
        "usual": number_text(worst.usual, 1, get_language() or "id"),
    }


def _line_words(outage: Outage, heard: Heard) -> str:
    """What the living end says of the line, where it says something."""
    if outage.kind != SPAN:
        return ""
    if outage.causes[0] in heard.broken:
        return " " + _("The living end says that the line is down.")
    if outage.causes[0] in heard.sound:
        return " " + _("The living end says that the line is up: look at the device behind it and its power.")
    return ""


def _link(outage: Outage) -> str:
    if outage.kind == SPAN:
        return reverse("network:link", args=[outage.causes[0]])
    if outage.kind == DEVICE:
        return reverse("network:device", args=[outage.causes[0]])
    return reverse("network:network")


def _device(device: str, own: str, names: Names, at: datetime, region: str) -> Verdict:
    text = cause_words(Outage(DEVICE, (device,), frozenset()), names)
    about = About(
        name=text[:200],
        region=names.regions.get(device, region),
        severity=Severity.MINOR,
        group=FAMILY,
        labels={"cause": DEVICE, "of": device},
        link=reverse("network:device", args=[device]),
    )
    return Verdict(own, hot=True, at=at, about=about, reason=text[:500])


def _well(hot: set[str], at: datetime, network: Network, heard: Heard) -> list[Verdict]:
    """What was bad and is blamed no more. A device of which nobody says that it is reached again stays as it is."""
    found = []
    for alert in Alert.objects.open().filter(family=FAMILY).exclude(fingerprint__in=hot):
        told = alert.labels.get("of", "")
        if alert.labels.get("cause") == DEVICE and told in network.sites and told not in heard.reached:
            continue
        about = About(name=alert.name, region=alert.region_id, severity=alert.severity, group=FAMILY, labels=alert.labels, link=alert.link)
        found.append(Verdict(alert.fingerprint, hot=False, at=at, about=about))
    return found
