"""The derived indicators of the catalogue, compiled; and what a new catalogue would do to them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from ..models import Indicator
from .contract import Facts, Formula, compile_all
from .expressions import FaultyExpression, inputs_of, read


def zone() -> ZoneInfo:
    """The government's zone."""
    return ZoneInfo(settings.TIME_ZONE)


def known_facts() -> dict[str, Facts]:
    """What the catalogue says of every indicator, as far as derivation needs it."""
    fields = ("code", "unit", "every", "level", "kind", "rollup", "weight__code", "derived")
    return {row[0]: Facts(*row) for row in Indicator.objects.values_list(*fields)}


class Compiled:
    """The formulas of a catalogue, kept until the catalogue changes. In order: inputs before what is made of them.

    `rebuilding` are the regions of which the history of new formulas is still to be computed, by code: each with what it stands for.
    """

    def __init__(self) -> None:
        self.facts: dict[str, Facts] = {}
        self.formulas: dict[str, Formula] = {}
        self.faults: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.rebuilding: dict[str, list[tuple[str, list[str]]]] = {}
        self.pace = 8

    def refresh(self, facts: dict[str, Facts]) -> None:
        """Compiles again if anything differs."""
        if facts != self.facts:
            self.formulas, self.faults = compile_all(facts, zone())
            self.facts = facts
            self.versions = {}
            self.rebuilding = {}

    def depths(self) -> list[list[str]]:
        """The codes by depth: those of sent inputs only, then those that need these, and so on."""
        depth: dict[str, int] = {}
        for code, formula in self.formulas.items():
            depth[code] = 1 + max((depth.get(needed, -1) for needed in formula.inputs), default=-1)
        return [[code for code in depth if depth[code] == wanted] for wanted in range(max(depth.values(), default=-1) + 1)]


def meaning_of(formula: Formula, facts: Mapping[str, Facts]) -> dict[str, Any]:
    """All that the value of a formula hangs on, as JSON: a difference makes a new version."""
    inputs = {code: asdict(facts[code]) for code in formula.inputs}
    inputs |= {line["weight"]: asdict(facts[line["weight"]]) for line in list(inputs.values()) if line["weight"]}
    for line in inputs.values():
        line["derived"] = line["derived"] is not None
        del line["kind"]
    own = formula.facts
    return {"derived": own.derived, "unit": own.unit, "every": own.every, "level": own.level, "inputs": inputs}


def formula_from(code: str, meaning: Mapping[str, Any]) -> tuple[Formula, dict[str, Facts]]:
    """A stored version compiled again, with the facts of its inputs as they were."""
    facts = {name: Facts(**{**line, "derived": None}) for name, line in meaning["inputs"].items()}
    facts[code] = Facts(code, meaning["unit"], meaning["every"], meaning["level"], derived=meaning["derived"])
    formulas, faults = compile_all(facts, zone())
    if code in faults:
        raise FaultyExpression(faults[code])
    return formulas[code], facts


def settle(declared: Iterable[Facts]) -> tuple[dict[str, Facts], dict[str, str]]:
    """The catalogue with these entries declared: every derived indicator with its unit, cadence, level and kind filled in, and the faults
    (of entries, and of known derived indicators that the entries would break) by code."""
    facts = {**known_facts(), **{line.code: line for line in declared}}
    formulas, faults = compile_all(facts, zone())
    return {**facts, **{code: formula.facts for code, formula in formulas.items()}}, faults


def inputs_named(derived: Any) -> list[str]:
    """The indicators that a `derived:` entry reads. Raises FaultyExpression."""
    return inputs_of(read(derived))
