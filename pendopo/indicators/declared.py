"""YAML that people write: read strictly, with the line of every key, so that a refusal can say where.

Used for catalogues and mappings. A duplicate key, an unknown key and a wrong type are refused with a sentence.
"""

import re
from typing import Any, TypeVar

import msgspec
import yaml

from pendopo.ui.sentence import Sentence, either

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
            given: dict[str, object] = {"line": line, "what": what, "key": unknown[1], "place": place}
            if place:
                return Sentence("line %(line)s: %(what)s: there is no key “%(key)s” in “%(place)s”.", **given)
            given["known"] = ", ".join(field.encode_name for field in msgspec.structs.fields(kind))
            return Sentence("line %(line)s: %(what)s: there is no key “%(key)s”. Known keys: %(known)s.", **given)
        if missing := re.search(r"missing required field `(.*?)`", text):
            given = {"line": self._line_of(place), "what": what, "key": missing[1], "place": place}
            if place:
                return Sentence("line %(line)s: %(what)s: the key “%(key)s” is missing in “%(place)s”.", **given)
            return Sentence("line %(line)s: %(what)s: the key “%(key)s” is missing.", **given)
        reason = _reason(text.split(" - at ")[0])
        if place:
            return Sentence("line %(line)s: %(what)s: “%(place)s”: %(why)s", line=self._line_of(place), what=what, place=place, why=reason)
        return Sentence("line %(line)s: %(what)s: %(why)s", line=self._line_of(place), what=what, why=reason)

    def _line_of(self, place: str) -> int:
        return self.lines.get(re.split(r"[.\[]", place)[0], self.line)


# What a decoder calls the shapes of YAML, as people call them.
SHAPES = {
    "str": Sentence("a text"),
    "int": Sentence("a whole number"),
    "float": Sentence("a number"),
    "bool": Sentence("true or false"),
    "array": Sentence("a list"),
    "object": Sentence("keys and values"),
    "null": Sentence("nothing"),
}
WRONG_SHAPE = re.compile(r"Expected `([^`]*)`, got `([^`]*)`")
WRONG_SIZE = re.compile(r"Expected `(\w+)`( of length)? (>=|<=|>|<) (\S+)")


def _reason(text: str) -> str:
    """A decoder's reason as a sentence."""
    if match := WRONG_SHAPE.fullmatch(text):
        wanted, given = ([SHAPES.get(name, Sentence("a text")) for name in part.split(" | ")] for part in match.groups())
        return Sentence("here stands %(given)s, not %(wanted)s.", given=given[0], wanted=either([*dict.fromkeys(wanted)]))
    if match := WRONG_SIZE.fullmatch(text):
        place = {"sign": match[3], "n": match[4]}
        return Sentence("its length must be %(sign)s %(n)s.", **place) if match[2] else Sentence("it must be %(sign)s %(n)s.", **place)
    if match := re.fullmatch(r"Invalid enum value '?(.*?)'?", text):
        return Sentence("“%(given)s” is none of the known words.", given=match[1])
    return f"{text}."


def read_entry(text: str, what: str) -> Entry:
    """The whole text as one mapping."""
    node, loader = _compose(text, what)
    return Entry(node, loader)


def read_lists(text: str, what: str, names: tuple[str, ...]) -> dict[str, list[Entry]]:
    """A mapping whose keys are among `names` and hold lists of mappings: the entries of each."""
    node, loader = _compose(text, what)
    _refuse_twice(node, deep=False)
    found: dict[str, list[Entry]] = {name: [] for name in names}
    faults: list[str] = []
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value not in names:
            given = {"line": line, "key": key.value, "what": what, "names": ", ".join(names)}
            faults.append(Sentence("line %(line)s: there is no key “%(key)s” in a %(what)s: use %(names)s.", **given))
        elif not isinstance(value, yaml.SequenceNode):
            faults.append(Sentence("line %(line)s: “%(key)s” must be a list (lines that begin with “- ”).", line=line, key=key.value))
        else:
            for item in value.value:
                if isinstance(item, yaml.MappingNode):
                    try:
                        found[key.value].append(Entry(item, loader))
                    except Faulty as error:
                        faults.extend(error.sentences)
                else:
                    line = item.start_mark.line + 1
                    faults.append(Sentence("line %(line)s: an entry of “%(key)s” must have keys and values.", line=line, key=key.value))
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
        raise Faulty([Sentence("A %(what)s is a YAML mapping with keys and values; this file holds none.", what=what)])
    return node, loader


UNCLOSED, UNQUOTED = Sentence("a bracket or brace is not closed, or a comma is missing"), Sentence("a quotation mark is not closed")
# The slips that people make most, by words of the parser's message.
NOT_YAML = {
    "mapping values are not allowed": Sentence("a colon stands where none can; put a text with a colon between quotation marks"),
    "cannot start any token": Sentence("a character cannot begin a value; indent with spaces, and put such a text between quotation marks"),
    "could not find expected ':'": Sentence("a colon behind a key is missing"),
    "expected <block end>": Sentence("the line is indented otherwise than the lines it belongs to"),
    "expected ',' or": UNCLOSED,
    "expected the node content": UNCLOSED,
    "found unexpected end of stream": UNQUOTED,
}


def _yaml_sentence(error: Exception, what: str) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    if mark:
        why = next((sentence for words, sentence in NOT_YAML.items() if words in problem), problem)
        return Sentence("line %(line)s: the %(what)s is not YAML: %(why)s.", line=mark.line + 1, what=what, why=why)
    return Sentence("the %(what)s is not YAML: %(why)s.", what=what, why=problem)


def _refuse_twice(node: yaml.Node, deep: bool = True) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Faulty([Sentence("line %(line)s: a key must be a plain word.", line=key.start_mark.line + 1)])
            if key.value in seen:
                given = {"line": key.start_mark.line + 1, "key": key.value}
                raise Faulty([Sentence("line %(line)s: the key “%(key)s” stands here twice.", **given)])
            seen.add(key.value)
            if deep:
                _refuse_twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_twice(item)
