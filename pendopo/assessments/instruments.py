"""Instruments as files: the shipped ones below `instruments/`, and the format of one's own (docs/rooms/assessments.md)."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .logic import WEIGHTED_MEAN, Gate, Instrument, Node, Predicate, Scale, WrongInstrument, problems_of

SHIPPED = Path(__file__).parent / "instruments"


def shipped_codes() -> list[str]:
    """The codes of the shipped instruments."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


@cache
def shipped(code: str) -> Instrument:
    """A shipped instrument; KeyError for another code."""
    if code not in shipped_codes():
        raise KeyError(code)
    beside = sorted((SHIPPED / "levels").glob(f"{code}-*.yaml"))
    return read(*(path.read_text(encoding="utf-8") for path in (SHIPPED / f"{code}.yaml", *beside)))


def read(text: str, *levels: str) -> Instrument:
    """An instrument from its YAML; WrongInstrument says in sentences what is missing or contradicts itself.

    `levels` are further files that say what each level asks, by the codes of requirements ("45 46" for two that ask the same).
    """
    try:
        raw, *beside = (yaml.load(one, Loader=_Loader) for one in (text, *levels))  # noqa: S506 - a safe loader, see below
        asked = {code: texts for file in beside for codes, texts in file.items() for code in codes.split()}
        instrument = _instrument(raw, asked)
        if strangers := set(asked) - {leaf.code for leaf in instrument.leaves()}:
            raise WrongInstrument([f"{code}: levels are told for it, and there is no such requirement." for code in sorted(strangers)])
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError, InvalidOperation, RecursionError) as problem:
        raise WrongInstrument([f"This is no instrument: {type(problem).__name__}: {problem}. See docs/rooms/assessments.md."]) from None
    if problems := problems_of(instrument):
        raise WrongInstrument(problems)
    return instrument


class _Loader(yaml.SafeLoader):
    """A safe loader that keeps every number as written, so that 1.30 stays the decimal 1.30, and knows no aliases (so no cycles)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuses an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not allowed; write the node out")
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:float", "tag:yaml.org,2002:int")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _instrument(raw: Mapping[str, Any], asked: Mapping[str, Any]) -> Instrument:
    nodes = tuple(_node(node, "", asked) for node in raw["nodes"])
    root = Node(raw["code"], raw["name"], _sum(nodes), raw.get("rollup", WEIGHTED_MEAN), nodes, gates=_gates(raw))
    scale, legal = raw["scale"], raw.get("legal", {})
    return Instrument(
        code=raw["code"],
        root=root,
        scale=Scale(Decimal(scale["low"]), Decimal(scale["high"]), scale["answers"] == "whole"),
        predicates=tuple(Predicate(one["word"], Decimal(one["from"])) for one in raw["predicates"]),
        near=Decimal(raw.get("near", "0.005")),
        ladders={name: tuple(levels) for name, levels in raw.get("ladders", {}).items()},
        digits=None if raw.get("rounding", "none") == "none" else int(raw["rounding"]),
        cumulative=raw.get("cumulative", False) is True,
        exclusions=raw.get("exclusions", False) is True,
        levels_note=_words(raw["levels_note"]) if "levels_note" in raw else {},
        legal={
            "basis": str(legal.get("basis", "")),
            **_status(legal.get("status", "")),
            **{edge: str(day) for edge, day in legal.get("valid", {}).items()},
        },
    )


def _status(raw: Mapping[str, str] | str) -> dict[str, str]:
    """The legal status, by language where it is given so."""
    if isinstance(raw, str):
        return {"status": raw}
    return {"status": str(raw["id"]), **{f"status_{language}": str(text) for language, text in raw.items()}}


def _node(raw: Mapping[str, Any], ladder: str, asked: Mapping[str, Any], share: Fraction | None = None) -> Node:
    """A node; `ladder` is what it inherits, `share` its part of a group that divides its weight equally, `asked` levels told elsewhere."""
    ladder = raw.get("ladder", ladder)
    below = raw.get("nodes", ())
    own = Fraction(Decimal(raw["weight"])) if "weight" in raw else share
    equal = own / len(below) if own is not None and below and not any("weight" in one for one in below) else None
    nodes = tuple(_node(one, ladder, asked, equal) for one in below)
    return Node(
        code=raw["code"],
        name=raw["name"],
        weight=own if own is not None else _sum(nodes),
        rollup=raw.get("rollup", WEIGHTED_MEAN),
        nodes=nodes,
        ladder=ladder,
        gates=_gates(raw),
        levels=tuple(_words(one) for one in raw.get("levels", asked.get(raw["code"], ()))),
        about=_words(raw["about"]) if "about" in raw else {},
    )


def _words(raw: Mapping[str, Any]) -> dict[str, str]:
    """A text by language; Indonesian must be there."""
    return {"id": str(raw["id"]), **{language: str(text) for language, text in raw.items()}}


def _gates(raw: Mapping[str, Any]) -> tuple[Gate, ...]:
    return tuple(Gate(one["node"], Fraction(Decimal(one["least"])), Fraction(Decimal(one["cap"]))) for one in raw.get("gates", ()))


def _sum(nodes: tuple[Node, ...]) -> Fraction:
    return sum((node.weight for node in nodes), Fraction(0))
