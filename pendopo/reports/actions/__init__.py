"""Verbs of citizen reports: one verb, one transaction, one audit entry."""

from .caring import close_silent, note_clusters, remind
from .citizen import agree, join_own, rate, reopen, reply
from .forwarding import forward, note_sent, note_services, note_state, set_server, take_to_send
from .handling import answer, answer_together, hold, merge, note, refuse, release, route, verify
from .importing import Imported, import_lapor
from .setting import forget_contacts, set_category
from .submitting import agency_for, submit

__all__ = [
    "Imported",
    "agency_for",
    "agree",
    "answer",
    "answer_together",
    "close_silent",
    "forget_contacts",
    "forward",
    "hold",
    "import_lapor",
    "join_own",
    "merge",
    "note",
    "note_clusters",
    "note_sent",
    "note_services",
    "note_state",
    "rate",
    "refuse",
    "release",
    "remind",
    "reopen",
    "reply",
    "route",
    "set_category",
    "set_server",
    "submit",
    "take_to_send",
    "verify",
]
