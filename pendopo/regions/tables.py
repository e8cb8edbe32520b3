"""CSV files as rows by column name, whatever the spreadsheet made of them."""

import csv
import io

from django.utils.translation import gettext as _


class NoTable(ValueError):
    """The file cannot be read as a table; the message is a sentence."""


def rows_of(data: bytes, *needed: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a CSV file with a header line: UTF-8 (with or without mark) or Windows-1252, comma, semicolon or tab.

    Of each tuple in `needed` at least one column must be there; names of columns do not care for capitals.
    """
    if b"\0" in data:
        raise NoTable(_("The file is not a CSV text. Export it as CSV from the spreadsheet."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    header = text.partition("\n")[0]
    if not header.strip():
        raise NoTable(_("The file is empty. Its first line names the columns."))
    delimiter = max(",;\t", key=header.count)
    try:
        reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, restkey="", restval="")
        rows = [{(key or "").strip().lower(): value for key, value in row.items() if isinstance(value, str)} for row in reader]
    except csv.Error as error:
        raise NoTable(_("The file cannot be read as CSV: %(error)s.") % {"error": error}) from error
    columns = {(name or "").strip().lower() for name in reader.fieldnames or ()}
    for names in needed:
        if columns.isdisjoint(names):
            raise NoTable(_("The first line names no column %(names)s.") % {"names": " / ".join(names)})
    return [row for row in rows if any(value.strip() for value in row.values())]
