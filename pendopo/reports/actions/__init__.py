"""Verbs of citizen reports: one verb, one transaction, one audit entry."""

from .caring import close_silent, note_clusters, remind
from .citizen import agree, join_own, rate, reopen, reply
from .handling import answer, answer_together, merge, note, refuse, release, route, verify
from .importing import Imported, import_lapor
from .submitting import agency_for, submit

__all__ = [
    "Imported",
    "agency_for",
    "agree",
    "answer",
    "answer_together",
    "close_silent",
    "import_lapor",
    "join_own",
    "merge",
    "note",
    "note_clusters",
    "rate",
    "refuse",
    "release",
    "remind",
    "reopen",
    "reply",
    "route",
    "submit",
    "verify",
]
