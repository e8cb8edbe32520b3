"""From a notice to words: subject and text in the reader's language, and the letter around them."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext, override

LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Letter:
    """What a transport needs to send one dispatch. `mark` stays the same at every attempt; `data` is what webhooks carry.

    `files` (name, media type, bytes) go with e-mail.
    """

    channel: str
    target: str
    language: str
    subject: str
    text: str
    link: str
    mark: str
    urgent: bool
    data: dict[str, Any]
    secrets: tuple[str, ...] = ()
    files: tuple[tuple[str, str, bytes], ...] = ()

    @property
    def plain(self) -> str:
        """The text with its link, for channels without a heading."""
        return f"{self.text}\n\n{self.link}" if self.link else self.text

    @property
    def html(self) -> str:
        """The letter as simple HTML: no pictures, no scripts, nothing that calls home."""
        with override(self.language):
            return render_to_string("notify/letter.html", {"letter": self, "site": settings.SITE_URL})


def words(kind: str, subject: str, context: dict[str, Any], language: str) -> tuple[str, str]:
    """Subject and text of a notice in one language. `subject` is the English template, with `%(name)s` from the context."""
    with override(language):
        title = " ".join((gettext(subject) % context).split())[:LONGEST_SUBJECT]
        text = render_to_string(f"notify/kinds/{kind}.txt", {**context, "subject": title})
    return title, re.sub(r"\n{3,}", "\n\n", text).strip()


def link_to(about: str) -> str:
    """The full address of what a notice is about; '' when it is about no page."""
    return f"{settings.SITE_URL}{about}" if about.startswith("/") else ""
