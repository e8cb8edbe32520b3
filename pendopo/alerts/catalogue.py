"""Rules and river stations in YAML: `pendopo rules load FILE`. All faults of a file are told, and with a fault nothing is changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction

from pendopo.audit.actions import Actor
from pendopo.indicators.declared import Faulty
from pendopo.indicators.models import Indicator, Source
from pendopo.regions.models import Region

from .actions.declaring import declare_rule
from .actions.depending import depend, undepend
from .models import Dependency, Rule, Scope, Station
from .rules import SEVERITIES, WrongRule
from .verdicts import fingerprint
from .water.actions import declare_station, set_surroundings

RULE_KEYS = {"code", "name", "indicator", "source", "region", "scope", "dims", "severity", "group", "advice", "rule", "depends"}
STATION_KEYS = {"code", "name", "river", "indicator", "region", "dims", "siaga", "margin", "rise", "downstream", "threatens"}
TEXTS = {"code", "name", "indicator", "source", "region", "scope", "severity", "group", "advice", "river"}
SIAGA = {1, 2, 3}


@dataclass
class Loaded:
    """What a file changed: codes of rules and stations; the rest stood so."""

    rules: list[str] = field(default_factory=list)
    stations: list[str] = field(default_factory=list)
    same: int = 0

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"rules": self.rules, "stations": self.stations, "same": self.same}


def load_rules(text: str, *, by: Actor | None = None) -> Loaded:
    """Declares everything in a file. Raises Faulty with one sentence a fault; the same file twice changes nothing."""
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise Faulty([f"The file is not YAML: {str(problem).splitlines()[0]}."]) from None
    if not isinstance(raw, dict) or not raw or set(raw) - {"rules", "stations"}:
        raise Faulty(["The file is a mapping with the lists `rules` and `stations`."])
    loaded, faults = Loaded(), list[str]()
    with transaction.atomic():
        for what, one in (("stations", _station), ("rules", _rule), ("stations", _surroundings), ("rules", _dependence)):
            _each(raw, what, one, loaded, faults)
        if faults:
            raise Faulty(list(dict.fromkeys(faults)))
    return loaded


def _each(raw: dict[str, Any], what: str, take: Callable[[dict[str, Any], Loaded], None], loaded: Loaded, faults: list[str]) -> None:
    entries = raw.get(what) or []
    if not isinstance(entries, list):
        faults.append(f"`{what}` is a list (lines that begin with “- ”).")
        return
    for number, entry in enumerate(entries, 1):
        name = f"{what} {number}" + (f" ({entry.get('code')})" if isinstance(entry, dict) else "")
        try:
            with transaction.atomic():
                take(_checked(entry, RULE_KEYS if what == "rules" else STATION_KEYS), loaded)
        except (WrongRule, ValueError) as problem:
            faults.append(f"{name}: {problem}")
        except ValidationError as problem:
            faults.extend(f"{name}: {sentence}" for sentence in problem.messages)


def _checked(entry: Any, known: set[str]) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise ValueError("an entry has keys and values.")
    if unknown := sorted(str(key) for key in set(entry) - known):
        raise ValueError(f"there is no key {', '.join(unknown)}; known are {', '.join(sorted(known))}.")
    for key in TEXTS & set(entry):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise ValueError(f"{key} must be a text: write it in quotes.")
    if not isinstance(entry.get("code"), str):
        raise ValueError("code is missing.")
    dims = entry.get("dims", {})
    if not isinstance(dims, dict) or not all(isinstance(value, str) for value in dims.values()):
        raise ValueError("dims is a mapping of names to texts in quotes.")
    return entry


def _indicator(code: str) -> Indicator:
    found = Indicator.objects.filter(code=code).first()
    if found is None:
        raise ValueError(f"there is no indicator “{code}”: load its catalogue first.")
    return found


def _region(code: str) -> Region:
    found = Region.objects.filter(pk=code).first()
    if found is None:
        raise ValueError(f"there is no region “{code}”: use the Kemendagri code with dots, in quotes.")
    return found


def _rule(entry: dict[str, Any], loaded: Loaded) -> None:
    if not isinstance(entry.get("rule"), dict):
        raise ValueError("rule is missing: a mapping with kind, such as {kind: threshold, above: 3}.")
    if entry.get("severity", "Moderate") not in SEVERITIES:
        raise ValueError(f"severity is one of {', '.join(SEVERITIES)}.")
    source = Source.objects.filter(code=entry["source"]).first() if "source" in entry else None
    if "source" in entry and source is None:
        raise ValueError(f"there is no source “{entry['source']}”.")
    if "indicator" not in entry and source is None and entry["rule"].get("kind") != "composite":
        raise ValueError("indicator is missing: on which figure is the rule?")
    if "region" not in entry:
        raise ValueError("region is missing: a code with dots, in quotes.")
    optional = {key: entry[key] for key in ("scope", "dims", "severity", "group", "advice") if key in entry}
    _done, changed = declare_rule(
        by=None,
        code=entry["code"],
        name=entry.get("name", entry["code"]),
        about=entry["rule"],
        region=_region(entry["region"]),
        indicator=_indicator(entry["indicator"]) if "indicator" in entry else None,
        source=source,
        **optional,
    )
    if changed:
        loaded.rules.append(entry["code"])
    else:
        loaded.same += 1


def _thing(code: str) -> str:
    """The fingerprint of what a rule judges, when that is one thing only."""
    rule = Rule.objects.filter(code=code).first()
    if rule is None:
        raise ValueError(f"depends: there is no rule “{code}”.")
    if rule.source_id is not None:
        return fingerprint("rule", code, rule.region_id)
    if rule.scope != Scope.WHOLE:
        raise ValueError(f"depends: the rule “{code}” judges each place by itself; only rules with scope: whole depend on each other.")
    return fingerprint("rule", code, rule.region_id, {} if rule.kind == "composite" else rule.dims)


def _dependence(entry: dict[str, Any], loaded: Loaded) -> None:
    """On which rules this one depends, as the file says it."""
    codes = entry.get("depends", [])
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise ValueError("depends is a list of codes of rules.")
    rule = Rule.objects.filter(code=entry["code"]).first()
    if rule is None:
        return  # the fault of the rule is told already
    origin = f"rule {rule.code}"
    mine = Dependency.objects.filter(origin=origin)
    child = _thing(rule.code) if codes else ""
    before = set(mine.values_list("child", "parent"))
    if stale := {name for name, _parent in before if name != child}:
        undepend(origin=origin, children=sorted(stale))
    if codes:
        depend(child=child, parents=[_thing(code) for code in codes], origin=origin)
    if set(mine.values_list("child", "parent")) != before and rule.code not in loaded.rules:
        loaded.rules.append(rule.code)
        loaded.same -= 1


def _station(entry: dict[str, Any], loaded: Loaded) -> None:
    if missing := sorted({"name", "river", "indicator", "region", "siaga"} - set(entry)):
        raise ValueError(f"{', '.join(missing)} missing.")
    siaga = entry["siaga"]
    if not isinstance(siaga, dict) or set(siaga) != SIAGA or not all(_is_number(height) for height in siaga.values()):
        raise ValueError("siaga names the height of each level: {3: 2.5, 2: 3.5, 1: 4.5}.")
    numbers = {key: float(entry[key]) for key in ("margin", "rise") if _is_number(entry.get(key))}
    _done, changed = declare_station(
        by=None,
        code=entry["code"],
        name=entry["name"],
        river=entry["river"],
        indicator=_indicator(entry["indicator"]),
        region=_region(entry["region"]),
        levels={int(level): float(height) for level, height in siaga.items()},
        dims=entry.get("dims", {}),
        **numbers,
    )
    if changed:
        loaded.stations.append(entry["code"])
    else:
        loaded.same += 1


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _surroundings(entry: dict[str, Any], loaded: Loaded) -> None:
    station = Station.objects.filter(code=entry["code"]).first()
    if station is None:
        return
    below = []
    for reach in entry.get("downstream", []):
        lower = Station.objects.filter(code=reach.get("station", "") if isinstance(reach, dict) else "").first()
        if lower is None or not _is_number(reach.get("minutes")):
            raise ValueError("downstream is a list such as {station: pos-2, minutes: 90}; the station must be declared.")
        below.append((lower, int(reach["minutes"])))
    threats = []
    for threat in entry.get("threatens", []):
        if not isinstance(threat, dict) or threat.get("level") not in SIAGA or not isinstance(threat.get("village"), str):
            raise ValueError('threatens is a list such as {village: "35.16.13.2004", level: 2, minutes: 60}.')
        threats.append((_region(threat["village"]), int(threat["level"]), int(threat.get("minutes", 0))))
    if set_surroundings(station=station, by=None, below=below, threats=threats) and entry["code"] not in loaded.stations:
        loaded.stations.append(entry["code"])
