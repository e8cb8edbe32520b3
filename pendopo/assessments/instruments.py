"""Instruments as files: the shipped ones below `instruments/`, and the format of one's own (docs/rooms/assessments.md)."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .logic import WEIGHTED_MEAN, Instrument, Node, Predicate, Scale, WrongInstrument, problems_of

SHIPPED = Path(__file__).parent / "instruments"


def shipped_codes() -> list[str]:
    """The codes of the shipped instruments."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


@cache
def shipped(code: str) -> Instrument:
    """A shipped instrument; KeyError for another code."""
    if code not in shipped_codes():
        raise KeyError(code)
    return read((SHIPPED / f"{code}.yaml").read_text(encoding="utf-8"))


def read(text: str) -> Instrument:
    """An instrument from its YAML; WrongInstrument says in sentences what is missing or contradicts itself."""
    try:
        instrument = _instrument(yaml.load(text, Loader=_Loader))  # noqa: S506 - a safe loader, see below
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, InvalidOperation, RecursionError) as problem:
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


def _instrument(raw: Mapping[str, Any]) -> Instrument:
    nodes = tuple(_node(node) for node in raw["nodes"])
    root = Node(raw["code"], raw["name"], sum((node.weight for node in nodes), Decimal(0)), raw.get("rollup", WEIGHTED_MEAN), nodes)
    scale = raw["scale"]
    return Instrument(
        code=raw["code"],
        root=root,
        scale=Scale(Decimal(scale["low"]), Decimal(scale["high"]), scale["answers"] == "whole"),
        predicates=tuple(Predicate(one["word"], Decimal(one["from"])) for one in raw["predicates"]),
        near=Decimal(raw.get("near", "0.005")),
    )


def _node(raw: Mapping[str, Any]) -> Node:
    nodes = tuple(_node(node) for node in raw.get("nodes", ()))
    held = sum((node.weight for node in nodes), Decimal(0))
    return Node(raw["code"], raw["name"], Decimal(raw.get("weight", held)), raw.get("rollup", WEIGHTED_MEAN), nodes)
