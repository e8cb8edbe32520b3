"""Translations without GNU gettext: what is found in code and templates, and that gettext itself reads what we compile."""

import gettext
import io

from pendopo.ui.messages import of_python, of_template, read_po, write_mo

PO = """
# a comment
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "House"
msgstr "Rumah"

#, fuzzy
msgid "Guess"
msgstr "Tebakan"

msgid "%(n)s agency"
msgid_plural "%(n)s agencies"
msgstr[0] "%(n)s OPD"

msgid "long "
"text"
msgstr "teks "
"panjang"

msgid "House"
msgstr "Said twice"

msgid "Empty"
msgstr ""
"""


def test_gettext_reads_what_we_compile() -> None:
    known = gettext.GNUTranslations(io.BytesIO(write_mo(read_po(PO))))
    assert known.gettext("House") == "Rumah"
    assert known.gettext("long text") == "teks panjang"
    assert known.ngettext("%(n)s agency", "%(n)s agencies", 3) == "%(n)s OPD"
    assert known.gettext("Guess") == "Guess" and known.gettext("Empty") == "Empty"


def test_messages_are_found_in_python_and_templates() -> None:
    code = 'from x import _\na = _("One")\nb = ngettext("%(n)d row", "%(n)d rows", n)\nc = _(variable)\n'
    assert list(of_python(code)) == [("One", ""), ("%(n)d row", "%(n)d rows")]
    page = '{% load i18n %}{% translate "Two" %}'
    page += "{% blocktranslate with n=x trimmed %}\n Three {{ n }}\n{% endblocktranslate %}<p title=\"{% translate 'It is' %}\">"
    assert list(of_template(page)) == [("Two", ""), ("Three %(n)s", ""), ("It is", "")]
