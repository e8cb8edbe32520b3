"""Verbs of notices: one verb, one transaction, one audit entry. One file for each noun."""

from .addresses import add_address, add_browser, ask_confirmation, confirm, keep_browser, remove_address, send_test, set_wishes
from .calling import call, withdraw
from .delivering import Claimed, claim, conclude, try_again
from .endpoints import add_endpoint, change_endpoint, remove_endpoint, rotate_secret, switch_off, switch_on, test_endpoint
from .following import tell_deeds
from .sending import WAKE_CHANNEL, Enclosed, Outsider, send, write

__all__ = [
    "WAKE_CHANNEL",
    "Claimed",
    "Enclosed",
    "Outsider",
    "add_address",
    "add_browser",
    "add_endpoint",
    "ask_confirmation",
    "call",
    "change_endpoint",
    "claim",
    "conclude",
    "confirm",
    "keep_browser",
    "remove_address",
    "remove_endpoint",
    "rotate_secret",
    "send",
    "send_test",
    "set_wishes",
    "switch_off",
    "switch_on",
    "tell_deeds",
    "test_endpoint",
    "try_again",
    "withdraw",
    "write",
]
