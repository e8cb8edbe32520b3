"""The kinds of notice: one explicit table. A new kind is one line here and one file in templates/notify/kinds/."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """What a kind of notice is called, and for how long the same one about the same thing is not said again to the same person.

    `may_mute`: people may switch it off. Kinds that protect their own account or answer their own click cannot be.
    `personal`: made for one reader's eyes, so that webhooks of the house do not hear it.
    """

    label: str | Promise
    window: timedelta = timedelta(hours=1)
    may_mute: bool = True
    personal: bool = False


KINDS: dict[str, Kind] = {
    "test": Kind(_("Test notice"), timedelta(0), may_mute=False),
    "confirm": Kind(_("Confirmation of an address"), timedelta(0), may_mute=False),
    "webhook-off": Kind(_("A webhook was switched off"), timedelta(0), may_mute=False),
    "source-silent": Kind(_("A source has fallen silent"), timedelta(days=1)),
    "source-heard": Kind(_("A silent source is heard again"), timedelta(0)),
    "check": Kind(_("A job did not report, failed, or is well again"), timedelta(0)),
    "order": Kind(_("An order was given, answered or is overdue"), timedelta(0)),
    "need": Kind(_("A request from the field is for your post, or was answered"), timedelta(0)),
    "evidence": Kind(_("Evidence of an assessment ends soon"), timedelta(0)),
    "brief": Kind(_("The daily brief"), timedelta(0), personal=True),
    "meeting": Kind(_("An invitation to a meeting, its change or its cancellation"), timedelta(0), may_mute=False, personal=True),
    "meeting-soon": Kind(_("A reminder of a meeting"), timedelta(days=2), personal=True),
    "meeting-call": Kind(_("A meeting that begins now"), timedelta(0), may_mute=False, personal=True),
    "booking": Kind(_("A booking was approved, refused, released or became free"), timedelta(0), personal=True),
    "event": Kind(_("An event for which somebody registered moved or was cancelled"), timedelta(0), may_mute=False, personal=True),
    "call": Kind(_("A call-out"), timedelta(0), may_mute=False, personal=True),
    "warning": Kind(_("A public warning went out"), timedelta(0)),
    "warning-approval": Kind(_("A public warning waits for approval"), timedelta(0), may_mute=False),
    "subscribe": Kind(_("Confirmation of a subscription to warnings"), timedelta(0), may_mute=False, personal=True),
    "reports-wait": Kind(_("Citizen reports wait for your agency"), timedelta(days=1)),
    "report": Kind(_("An answer to a citizen's report"), timedelta(0), may_mute=False, personal=True),
    "data-answer": Kind(_("An answer to a request for data"), timedelta(0), may_mute=False, personal=True),
    "quarantine": Kind(_("Rows wait for a decision"), timedelta(hours=4)),
}

MUTABLE = [(code, kind.label) for code, kind in KINDS.items() if kind.may_mute]
