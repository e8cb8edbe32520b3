"""What the screens say and what they may carry: Indonesian is complete, templates hold no scripts and no styles."""

import re

from pendopo.ui import messages
from tests import house

CATALOGUE = house.ROOT / "locale" / "id" / "LC_MESSAGES" / "django.po"

INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.I)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.I)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
BARE_PLACEHOLDER = re.compile(r"(?<!%)%[sd]")


def test_the_reader_of_templates_and_catalogues() -> None:
    """The tests below see what Django sees."""
    text = '{% load i18n %}{% translate "One" %}{% blocktranslate trimmed with a=b %}Two {{ a }}\n  lines{% endblocktranslate %}'
    assert {message[0] for message in messages.of_template(text + '{{ _("Three") }}')} == {"One", "Two %(a)s lines", "Three"}
    catalogue = 'msgid ""\nmsgstr "Header"\n\n#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgid "d "\n"e"\nmsgstr ""\n"f"\n\nmsgid "g"\nmsgstr ""\n'
    read = messages.read_po(catalogue)
    assert read["d e", ""] == ["f"] and ("a", "") not in read and ("g", "") not in read


def test_indonesian_is_complete() -> None:
    """Every sentence of the screens has its Indonesian one; none is marked as a guess."""
    absent = [f"{message[0]!r} ({where})" for message, where in messages.missing().items()]
    assert not absent, f"{len(absent)} without Indonesian text:\n" + "\n".join(absent)
    assert "#, fuzzy" not in CATALOGUE.read_text(encoding="utf-8")


def test_translations_keep_the_placeholders() -> None:
    """A sentence that lost a name would fail when it is shown; numbered placeholders are not used."""
    for (msgid, plural), texts in messages.read_po(CATALOGUE.read_text(encoding="utf-8")).items():
        wanted = set(PLACEHOLDER.findall(msgid)) | set(PLACEHOLDER.findall(plural))
        assert not BARE_PLACEHOLDER.search(msgid), f"Use named placeholders in {msgid!r}."
        for text in texts if msgid else []:
            assert set(PLACEHOLDER.findall(text)) == wanted or (plural and set(PLACEHOLDER.findall(text)) < wanted), msgid


def test_no_inline_script_or_style() -> None:
    """The content security policy forbids them, so a page with one would be broken."""
    wrong = []
    for path in house.templates():
        text = house.source(path) if path.suffix == ".html" else ""
        if found := INLINE.search(text):
            wrong.append(f"{path}: {found[0]}")
        if any("src=" not in attributes and "application/json" not in attributes for attributes in SCRIPT.findall(text)):
            wrong.append(f"{path}: a script must be a file.")
    assert not wrong, "\n".join(wrong)
