"""A sentence of pure code: English where programs read it, in the reader's language where a page says it. Knows no Django."""

from collections.abc import Sequence


class Sentence(str):
    """An English sentence made of a text with named places and what stands in them; `ui.telling.told` says it in another language.

    Pure code cannot ask for a translation: it does not know the reader. `Sentence("There is no %(what)s.", what="board")` is that text
    filled in, a plain `str`; what stands in it may be a Sentence of its own.
    """

    __slots__ = ("given", "text")
    text: str
    given: dict[str, object]

    def __new__(cls, text: str, /, **given: object) -> "Sentence":
        made = super().__new__(cls, text % given if given else text)
        made.text, made.given = text, given
        return made


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them: “a, b and c”."""
    return Sentence("%(some)s and %(last)s", some=", ".join(names[:-1]), last=names[-1]) if len(names) > 1 else names[0]


def either(names: Sequence[str]) -> str:
    """Names of which one is meant: “a, b or c”."""
    *some, last = names
    for name in reversed(some):
        last = Sentence("%(first)s or %(last)s", first=name, last=last)
    return last
