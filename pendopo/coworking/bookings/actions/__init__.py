"""Verbs of bookings: one verb, one transaction, one audit entry. One file for what belongs together."""

from .booking import Round, TooOften, Unavailable, Wish, book, instead, knock, knock_together
from .series import book_series, cancel_series
from .sharing import drop_share, set_share
from .standing import approve, cancel, check_in, close, leave, move, refuse, release_no_shows
from .waiting import move_up, stop_waiting, wait

__all__ = [
    "Round",
    "TooOften",
    "Unavailable",
    "Wish",
    "approve",
    "book",
    "book_series",
    "cancel",
    "cancel_series",
    "check_in",
    "close",
    "drop_share",
    "instead",
    "knock",
    "knock_together",
    "leave",
    "move",
    "move_up",
    "refuse",
    "release_no_shows",
    "set_share",
    "stop_waiting",
    "wait",
]
