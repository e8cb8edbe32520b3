"""How bad something is, in CAP's words, as people see it: a colour, a shape and a word. `{{ alert.severity|severity }}` in a page."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# CAP's severity → the classes of its mark (styles/parts.css). Extreme is filled, so that it stands out among the severe.
CLASSES = {"Extreme": "danger extreme", "Severe": "danger", "Moderate": "attention", "Minor": "known"}


def label(word: str) -> str:
    """The word in the reader's language; a word that is none of CAP's stays as it is."""
    known = {"Extreme": _("Extreme"), "Severe": _("Severe"), "Moderate": _("Moderate"), "Minor": _("Minor")}
    return known.get(word, word)


def mark(word: str) -> SafeString:
    """The mark of a severity; '' for none."""
    return format_html('<span class="state {}">{}</span>', CLASSES.get(word, ""), label(word)) if word else SafeString("")
