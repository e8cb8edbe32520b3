"""Says the sentences of pure code in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import gettext

from .sentence import Sentence


def told(sentence: str) -> str:
    """The sentence in the active language, with what stands in it; a plain text stays as it is."""
    if not isinstance(sentence, Sentence):
        return sentence
    text = gettext(sentence.text)
    if not sentence.given:
        return text
    return text % {name: told(value) if isinstance(value, str) else value for name, value in sentence.given.items()}


def all_told(sentences: Iterable[str]) -> list[str]:
    """Each of them in the active language."""
    return [told(sentence) for sentence in sentences]
