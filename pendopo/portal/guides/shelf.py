"""The guides themselves: Markdown files, each with a head that says for whom and how long.

Those of the product lie in `texts/<language>/`, a government's own in `guides/<language>/` of the data folder; one of the same code takes
the place of the product's. They are read again when a file there changed. Guides with the same `course` are its lessons, in their order.
"""

import logging
import os
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

logger = logging.getLogger(__name__)

TEXTS = Path(__file__).with_name("texts")
LARGEST = 200_000
# The code of a guide is part of its address; this one is the address of something else.
CODE, TAKEN = re.compile(r"[a-z0-9][a-z0-9-]{0,59}"), "questions"
HEAD = re.compile(r"---\n(.*?)\n---\n", re.S)
AUDIENCES: dict[str, str | Promise] = {
    "villages": _("Villages"),
    "schools": _("Schools"),
    "msmes": _("Small businesses"),
    "everyone": _("Everyone"),
}


@dataclass(frozen=True)
class Guide:
    """One guide: its code, language, title, audience, minutes, a sentence about it, and its steps as HTML.

    `course`: whose lesson it is, number `lesson` of `lessons`; `before` and `after` are the codes and titles of the lessons beside it.
    """

    code: str
    language: str
    title: str
    audience: str
    minutes: int
    about: str
    html: str
    course: str = ""
    lesson: int = 0
    lessons: int = 0
    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None

    @property
    def audience_word(self) -> str | Promise:
        """For whom, in words."""
        return AUDIENCES[self.audience]


def guides(language: str = "id") -> tuple[Guide, ...]:
    """All guides in a language (`id` or `en`), in the order of their files, the government's own after the product's."""
    folder = settings.DATA_DIR / "guides" / language
    return _shelf(language, folder, _stamp(folder))


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """The files of a folder with when they changed and how large they are; nothing where there is no such folder."""
    try:
        with os.scandir(folder) as found:
            facts = [(one.name, one.stat()) for one in found if one.name.endswith(".md") and one.is_file()]
    except OSError:
        return ()
    return tuple(sorted((name, fact.st_mtime_ns, fact.st_size) for name, fact in facts))


@lru_cache(maxsize=8)
def _shelf(language: str, folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> tuple[Guide, ...]:
    shelf = {one.code: one for one in map(_read, sorted((TEXTS / language).glob("*.md")))}
    for name, _changed, size in stamp:
        try:
            if size > LARGEST:
                raise ValueError(f"{name} is larger than {LARGEST} bytes")
            own = _read(folder / name)
        except (OSError, ValueError) as problem:
            logger.warning("guides: %s is left out: %s", folder / name, problem)
        else:
            shelf[own.code] = own
    return tuple(_in_course(one, list(shelf.values())) for one in shelf.values())


def _in_course(guide: Guide, shelf: list[Guide]) -> Guide:
    """The guide with its neighbours in its course."""
    lessons = [one for one in shelf if one.course == guide.course] if guide.course else []
    if len(lessons) < 2:
        return guide
    place = lessons.index(guide)
    before, after = lessons[place - 1] if place else None, lessons[place + 1] if place + 1 < len(lessons) else None
    return replace(
        guide,
        lesson=place + 1,
        lessons=len(lessons),
        before=(before.code, before.title) if before else None,
        after=(after.code, after.title) if after else None,
    )


def _read(path: Path) -> Guide:
    text = path.read_text(encoding="utf-8")
    head = HEAD.match(text)
    if head is None:
        raise ValueError(f"{path.name} has no head between two lines of ---")
    words = dict(line.split(": ", 1) for line in head[1].splitlines() if ": " in line)
    missing = [name for name in ("title", "audience", "minutes", "about") if not words.get(name)]
    if missing:
        raise ValueError(f"the head of {path.name} does not say {', '.join(missing)}")
    if words["audience"] not in AUDIENCES:
        raise ValueError(f"audience is one of {', '.join(AUDIENCES)}")
    code, language = re.sub(r"^\d+-", "", path.stem), path.parent.name
    if not CODE.fullmatch(code) or code == TAKEN:
        raise ValueError(f"{path.name} is no name for a guide: small letters, digits and -, such as 6-air-bersih.md")
    html = MarkdownIt("commonmark", {"html": False}).render(text[head.end() :])
    return Guide(code, language, words["title"], words["audience"], int(words["minutes"]), words["about"], html, words.get("course", ""))
