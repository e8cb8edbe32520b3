"""YAML that people write: read strictly, with the line of every key, so that a refusal can say where.

Used for catalogues and mappings. A duplicate key, an unknown key and a wrong type are refused with a sentence.
"""

import re
from typing import Any, TypeVar

import msgspec
import yaml

T = TypeVar("T")


class Faulty(ValueError):
    """The text cannot be used. `sentences` say what is wrong and where, one each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class _Loader(yaml.SafeLoader):
    """Plain YAML; dates and times stay text, as they were written."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Entry:
    """One mapping of the file as plain data, with the line on which it and each of its keys begins."""

    def __init__(self, node: yaml.MappingNode, loader: _Loader) -> None:
        self.line: int = node.start_mark.line + 1
        self.lines: dict[str, int] = {str(key.value): key.start_mark.line + 1 for key, _value in node.value}
        _refuse_twice(node)
        self.data: dict[str, Any] = loader.construct_document(node)

    def as_struct(self, kind: type[T], what: str) -> T:
        """The entry as a Struct, or Faulty. `what` names it in the sentence."""
        try:
            return msgspec.convert(self.data, kind)
        except msgspec.ValidationError as error:
            raise Faulty([self.explain(str(error), what, kind)]) from None

    def explain(self, text: str, what: str, kind: type) -> str:
        """A decoder's message as a sentence with the line."""
        path = re.search(r"at `\$\.?([^`]*)`", text)
        place = path[1] if path else ""
        if unknown := re.search(r"unknown field `(.*?)`", text):
            line = self.lines.get(unknown[1], self.lines.get(place.split(".")[0], self.line)) if not place else self._line_of(place)
            known = "" if place else f" Known keys: {', '.join(field.encode_name for field in msgspec.structs.fields(kind))}."
            return f"line {line}: {what}: there is no key “{unknown[1]}”{f' in “{place}”' if place else ''}.{known}"
        if missing := re.search(r"missing required field `(.*?)`", text):
            return f"line {self._line_of(place)}: {what}: the key “{missing[1]}” is missing{f' in “{place}”' if place else ''}."
        reason = text.split(" - at ")[0].replace("`", "“", 1).replace("`", "”", 1)
        return f"line {self._line_of(place)}: {what}: {f'“{place}”: ' if place else ''}{reason}."

    def _line_of(self, place: str) -> int:
        return self.lines.get(re.split(r"[.\[]", place)[0], self.line)


def read_entry(text: str, what: str) -> Entry:
    """The whole text as one mapping."""
    node, loader = _compose(text, what)
    return Entry(node, loader)


def read_lists(text: str, what: str, names: tuple[str, ...]) -> dict[str, list[Entry]]:
    """A mapping whose keys are among `names` and hold lists of mappings: the entries of each."""
    node, loader = _compose(text, what)
    _refuse_twice(node, deep=False)
    found: dict[str, list[Entry]] = {name: [] for name in names}
    faults = []
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value not in names:
            faults.append(f"line {line}: there is no key “{key.value}” in a {what}: use {' and '.join(names)}.")
        elif not isinstance(value, yaml.SequenceNode):
            faults.append(f"line {line}: “{key.value}” must be a list (lines that begin with “- ”).")
        else:
            for item in value.value:
                if isinstance(item, yaml.MappingNode):
                    try:
                        found[key.value].append(Entry(item, loader))
                    except Faulty as error:
                        faults.extend(error.sentences)
                else:
                    faults.append(f"line {item.start_mark.line + 1}: an entry of “{key.value}” must have keys and values.")
    if faults:
        raise Faulty(faults)
    return found


def _compose(text: str, what: str) -> tuple[yaml.MappingNode, _Loader]:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Faulty([_yaml_sentence(error, what)]) from None
    if not isinstance(node, yaml.MappingNode):
        raise Faulty([f"A {what} is a YAML mapping with keys and values; this file holds none."])
    return node, loader


def _yaml_sentence(error: Exception, what: str) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f"line {mark.line + 1}: " if mark else ""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{line}the {what} is not YAML: {problem}."


def _refuse_twice(node: yaml.Node, deep: bool = True) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Faulty([f"line {key.start_mark.line + 1}: a key must be a plain word."])
            if key.value in seen:
                raise Faulty([f"line {key.start_mark.line + 1}: the key “{key.value}” stands here twice."])
            seen.add(key.value)
            if deep:
                _refuse_twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_twice(item)
