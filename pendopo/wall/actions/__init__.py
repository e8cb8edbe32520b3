"""Verbs of the wall: one verb, one transaction, one audit entry. One file for each noun."""

from .boards import Overtaken, address_of, bring_back, delete_board, load_board, share_board
from .goals import end_goal, set_goal
from .pictures import add_picture
from .screens import add_screen, digest_of, note_seen, path_of, revoke_screens, seat_of

__all__ = [
    "Overtaken",
    "add_picture",
    "add_screen",
    "address_of",
    "bring_back",
    "delete_board",
    "digest_of",
    "end_goal",
    "load_board",
    "note_seen",
    "path_of",
    "revoke_screens",
    "seat_of",
    "set_goal",
    "share_board",
]
