"""The sentence for every reason why a row was not simply accepted: what is wrong and what to do."""

import math
from typing import Any

from django.utils.translation import gettext as _

from .checks import Problem


def _number(value: Any) -> str:
    return "∞" if value == math.inf else "−∞" if value == -math.inf else f"{value:g}"


def sentence(code: str, params: dict[str, Any]) -> str:
    """The sentence of a code in the active language. A new code needs a line here; a test walks them all."""
    given = params.get("given", "")
    if code == "range":
        texts = {"given": _number(given), "low": _number(params["low"]), "high": _number(params["high"])}
        return _("The value %(given)s lies outside %(low)s to %(high)s: it waits until a steward accepts or corrects it.") % texts
    if code == "unknown-region" and "meant" in params:
        return _("There is no region “%(given)s”: did a spreadsheet eat the zero of %(meant)s? Format the column as text.") % params
    return SENTENCES[code]() % {
        "given": given,
        **{name: _number(value) if isinstance(value, float) else value for name, value in params.items()},
    }


# Functions, so that each sentence is translated when it is asked for.
SENTENCES = {
    "unknown-indicator": lambda: _("There is no indicator “%(given)s”: use a code from /api/v1/indicators."),
    "unknown-region": lambda: _("There is no region “%(given)s”: use the Kemendagri code with dots, for example 35.16.13."),
    "no-right": lambda: _("This source may not write “%(given)s”: ask an administrator to name it in the catalogue."),
    "derived": lambda: _("“%(given)s” is derived from other figures: send its inputs instead, it follows by itself."),
    "time-unreadable": lambda: _("“%(given)s” is not a time: write RFC 3339 with an offset, for example 2026-05-09T14:05:00+07:00."),
    "time-without-zone": lambda: _("The time “%(given)s” has no offset: add Z or +07:00."),
    "date-needs-time": lambda: _(
        "“%(given)s” is only a date, but this indicator comes more often than daily: add the time and its offset."
    ),
    "time-out-of-range": lambda: _("The time “%(given)s” is before 1900 or after 2199: check the year."),
    "forgotten": lambda: _("Rows before %(since)s are no longer kept, as the catalogue says: leave out what is of “%(given)s”."),
    "not-a-number": lambda: _("“%(given)s” is not a number: send a plain decimal number."),
    "value-missing": lambda: _("The value is missing: send a number, or null with a note to retract."),
    "retraction-needs-reason": lambda: _("A retraction (empty value) needs a note that says why."),
    "unknown-quality": lambda: _("“%(given)s” is no quality: use ok, provisional or suspect."),
    "nul-character": lambda: _("The text holds a NUL character: remove it."),
    "dims-too-long": lambda: _("The extra dimensions are too long: keep them under 300 characters together."),
    "superseded": lambda: _("Row %(by)s of the same delivery has another value for the same series and time: the last one stands."),
    "duplicate": lambda: _("Equal to what is already known: nothing to change."),
    "step": lambda: _("The value is further than %(step)s from the one before: stored and shown as suspect."),
    "monotonic": lambda: _("The running total %(given)s falls against %(known)s: it waits until a steward accepts or corrects it."),
    "scale": lambda: _("%(given)s is about %(factor)s of the usual %(usual)s: check unit and decimal mark. Stored and shown as suspect."),
    "season": lambda: _("%(given)s is far from the usual %(usual)s at this hour or weekday: stored and shown as suspect."),
    "stuck": lambda: _("The same value %(given)s for the %(times)sth time in a row, where it normally moves: the sensor may be stuck."),
    "copy": lambda: _("All %(rows)s rows of this day equal those of the day before: perhaps yesterday's file was sent again."),
    "clock": lambda: _("The times look shifted by %(hours)s hours: local time taken for UTC, or UTC for local time. Shown as suspect."),
    "total": lambda: _("The running total %(given)s is not the one before plus %(of)s, %(expected)s: stored and shown as suspect."),
    "adds-up": lambda: _("Region %(parent)s says %(given)s, its parts add up to %(sum)s: stored and shown as suspect."),
    "agrees": lambda: _("%(given)s does not agree with %(other)s of “%(with)s”: stored and shown as suspect."),
    "future": lambda: _("The time lies %(ahead_s)s seconds ahead of our clock: it waits until a steward accepts it. Check clock and zone."),
    "unreadable-row": lambda: _("The row cannot be read: %(why)s"),
    "unknown-field": lambda: _("The field “%(given)s” is not known: leave it out."),
    "missing-field": lambda: _("The field “%(given)s” is missing."),
    "wrong-columns": lambda: _("The row has %(found)s cells where the header has %(expected)s."),
    "unknown-series": lambda: _("There is no entry %(given)s in “series”: count from 0."),
    "bad-bytes": lambda: _("The line holds characters in another encoding: save the file as UTF-8, or name its encoding in the mapping."),
    "open-quote": lambda: _("A quotation mark in the line is not closed: remove or double it."),
    "unknown-region-name": lambda: _("There is no region called “%(given)s” here. Written most alike: %(near)s."),
    "ambiguous-region": lambda: _("“%(given)s” fits several regions (%(found)s): write Kabupaten or Kota before it, or use codes."),
    "time-not-as-declared": lambda: _("“%(given)s” is not a time written as %(format)s, as the mapping declares."),
    "time-ambiguous": lambda: _("“%(given)s” is two different days under the formats %(format)s: name one of them."),
    "header-again": lambda: _("The header line stands here again: it was left out."),
}


def problem_json(problem: Problem) -> dict[str, Any]:
    """The problem as the API answers it."""
    return {
        "row": problem.row,
        "field": problem.field,
        "code": problem.code,
        "message": sentence(problem.code, problem.params),
    }
