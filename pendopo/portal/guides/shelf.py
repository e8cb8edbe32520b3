"""The guides themselves: Markdown files in `texts/<language>/`, each with a head that says for whom and how long. Read once a change."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

TEXTS = Path(__file__).with_name("texts")
HEAD = re.compile(r"---\n(.*?)\n---\n", re.S)
AUDIENCES: dict[str, str | Promise] = {
    "villages": _("Villages"),
    "schools": _("Schools"),
    "msmes": _("Small businesses"),
    "everyone": _("Everyone"),
}


@dataclass(frozen=True)
class Guide:
    """One guide: its code, language, title, audience, minutes, a sentence about it, and its steps as HTML."""

    code: str
    language: str
    title: str
    audience: str
    minutes: int
    about: str
    html: str

    @property
    def audience_word(self) -> str | Promise:
        """For whom, in words."""
        return AUDIENCES[self.audience]


@cache
def guides(language: str = "id") -> tuple[Guide, ...]:
    """All guides in a language (`id` or `en`), in the order of their files."""
    return tuple(_read(path) for path in sorted((TEXTS / language).glob("*.md")))


def _read(path: Path) -> Guide:
    text = path.read_text(encoding="utf-8")
    head = HEAD.match(text)
    if head is None:
        raise ValueError(f"{path.name} has no head between two lines of ---")
    words = dict(line.split(": ", 1) for line in head[1].splitlines())
    html = MarkdownIt("commonmark", {"html": False}).render(text[head.end() :])
    code, language = path.stem.partition("-")[2], path.parent.name
    return Guide(code, language, words["title"], words["audience"], int(words["minutes"]), words["about"], html)
