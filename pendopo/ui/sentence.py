"""A sentence of pure code: English where programs read it, in the reader's language where a page says it. Knows no Django."""


class Sentence(str):
    """An English sentence made of a text with named places and what stands in them; `ui.telling.told` says it in another language.

    Pure code cannot ask for a translation: it does not know the reader. `Sentence("There is no %(what)s.", what="board")` is that text
    filled in, a plain `str`; what stands in it may be a Sentence of its own.
    """

    __slots__ = ("given", "text")
    text: str
    given: dict[str, object]

    def __new__(cls, text: str, **given: object) -> "Sentence":
        made = super().__new__(cls, text % given if given else text)
        made.text, made.given = text, given
        return made
