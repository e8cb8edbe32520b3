"""Verbs of agencies and people: one verb, one transaction, one audit entry. One file for each noun."""

from .agencies import Refused, add_agency, change_agency, close_agency, ensure_agency, import_agencies, reopen_agency, verify_agencies
from .people import (
    add_person,
    change_person,
    come_back,
    first_administrator,
    import_people,
    invitation_for,
    invite,
    leave,
    person_invited_by,
    reset_second_factor,
    set_password,
)
from .posts import add_post, appoint, change_post, close_post, ensure_post, give_back, hand_over, scope_named
from .tokens import new_token, person_by_token, revoke_token

__all__ = [
    "Refused",
    "add_agency",
    "add_person",
    "add_post",
    "appoint",
    "change_agency",
    "change_person",
    "change_post",
    "close_agency",
    "come_back",
    "close_post",
    "ensure_agency",
    "ensure_post",
    "first_administrator",
    "give_back",
    "hand_over",
    "import_agencies",
    "import_people",
    "invitation_for",
    "invite",
    "leave",
    "new_token",
    "person_by_token",
    "person_invited_by",
    "reopen_agency",
    "reset_second_factor",
    "revoke_token",
    "scope_named",
    "set_password",
    "verify_agencies",
]
