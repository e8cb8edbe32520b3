"""Verbs about people: adding, inviting, changing, leaving."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.audit.actions import Actor, record

from ..models import Agency, Person, Role
from .agencies import Counts, Refused, find_agency
from .posts import administered, appoint, end_holdings, ensure_post, role_named, scope_named

INVITATION_LIFE = timedelta(days=7)
INVITATION_SALT = "pendopo.agencies.invitation"
FIRST_EMAIL = "admin@pendopo.local"
FIELDS = ("email", "name", "phone", "language")


def facts(person: Person) -> dict[str, Any]:
    """The person's fields as the book of deeds keeps them; never a password."""
    return {name: getattr(person, name) for name in FIELDS}


@transaction.atomic
def add_person(*, by: Actor | None, email: str, name: str, password: str | None = None, **fields: Any) -> Person:
    """A person who may sign in with the password given; without one, only after setting it by an invitation."""
    person = insert(email, name, password, fields)
    record(by=by, room="agencies", verb="add_person", about=f"/people/{person.pk}", after=facts(person))
    return person


def insert(email: str, name: str, password: str | None, fields: Mapping[str, Any]) -> Person:
    """Writes a new person, or raises `Refused`."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(_("%(value)s is not an e-mail address.") % {"value": email or "-"}) from error
    if not name.strip():
        raise Refused(_("The person needs a name."))
    if Person.objects.filter(email=address).exists():
        raise Refused(_("%(email)s is already known. Change that person instead.") % {"email": address})
    return Person.objects.create_user(address, name.strip(), password, **fields)


@transaction.atomic
def change_person(*, person: Person, by: Actor | None, **fields: Any) -> Person:
    """Changes name, e-mail, phone or language; writes nothing when nothing differs."""
    kept = Person.objects.select_for_update().get(pk=person.pk)
    before = facts(kept)
    for name, value in fields.items():
        setattr(kept, name, value.lower() if name == "email" else value)
    after = facts(kept)
    if before == after:
        return kept
    try:
        kept.full_clean(exclude=["password"])
    except ValidationError as error:
        raise Refused("; ".join(error.messages)) from error
    kept.save()
    record(by=by, room="agencies", verb="change_person", about=f"/people/{kept.pk}", before=before, after=after)
    return kept


@transaction.atomic
def set_password(*, person: Person, password: str, by: Actor | None) -> None:
    """A new password; every session that was opened with the old one ends."""
    person.set_password(password)
    person.save(update_fields=["password"])
    record(by=by, room="agencies", verb="set_password", about=f"/people/{person.pk}")


@transaction.atomic
def leave(*, person: Person, by: Actor | None) -> list[str]:
    """The person leaves: loses all posts, sessions, password, second factors, outside accounts and tokens at once.

    Returns the posts lost.
    """
    kept = Person.objects.select_for_update().get(pk=person.pk)
    if not kept.is_active:
        return []
    now = timezone.now()
    with administered():
        lost = end_holdings(kept.holdings.all(), now)
        kept.is_active = kept.is_staff = kept.is_superuser = False
        kept.left = now
        kept.set_unusable_password()
        kept.save()
    tokens = kept.tokens.filter(revoked=None).update(revoked=now)
    factors, _rows = Authenticator.objects.filter(user=kept).delete()
    SocialAccount.objects.filter(user=kept).delete()
    sessions = end_sessions(kept)
    record(
        by=by,
        room="agencies",
        verb="leave",
        about=f"/people/{kept.pk}",
        before={"person": kept.audit_name, "posts": lost, "tokens": tokens, "second_factors": factors, "sessions": sessions},
    )
    return lost


@transaction.atomic
def come_back(*, person: Person, by: Actor | None) -> None:
    """A person who left may be invited again; the old posts and tokens stay lost."""
    changed = Person.objects.filter(pk=person.pk, is_active=False).update(is_active=True, left=None)
    if changed:
        record(by=by, room="agencies", verb="come_back", about=f"/people/{person.pk}")


def end_sessions(person: Person) -> int:
    """Deletes the person's open sessions; returns how many there were."""
    mine = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.get_decoded().get("_auth_user_id") == str(person.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()
    return len(mine)


@transaction.atomic
def reset_second_factor(*, person: Person, by: Actor | None) -> int:
    """Takes away TOTP, passkeys and recovery codes of a person who lost the device. Returns how many there were."""
    count, _rows = Authenticator.objects.filter(user=person).delete()
    if count:
        record(by=by, room="agencies", verb="reset_second_factor", about=f"/people/{person.pk}", before={"second_factors": count})
    return count


@transaction.atomic
def note_sign_in(*, person: Person, address: str) -> None:
    """Notes that a person has signed in, and from which address of the network."""
    record(by=person, room="agencies", verb="sign_in", about=f"/people/{person.pk}", after={"address": address})


@transaction.atomic
def note_second_factor(*, person: Person, kind: str, change: str) -> None:
    """Notes that a person changed an own second factor: `kind` is totp, webauthn or recovery_codes, `change` added, removed or renewed."""
    record(by=person, room="agencies", verb="change_second_factor", about=f"/people/{person.pk}", after={kind: change})


@transaction.atomic
def note_mail_test(*, to: str, by: Actor | None) -> None:
    """Notes that a test letter left the machine."""
    record(by=by, room="agencies", verb="mail_test", about="/setup", after={"to": to})


def first_administrator() -> tuple[str, str] | None:
    """On an installation without people: makes the first administrator and returns (e-mail, password), once. Otherwise None."""
    with transaction.atomic():
        if Person.objects.exists():
            return None
        password = secrets.token_urlsafe(12)
        person = add_person(by=None, email=FIRST_EMAIL, name="Administrator", password=password, is_staff=True, is_superuser=True)
        post = ensure_post(by=None, title="Administrator", role=Role.ADMINISTRATOR)
        appoint(post=post, person=person, by=None)
    return FIRST_EMAIL, password


@transaction.atomic
def invite(
    *, by: Actor | None, email: str, name: str, role: str = "", title: str = "", scope: str = "", seat: Agency | None = None, **fields: Any
) -> Person:
    """A new person, at once in a post when a role is given. The letter with the link is sent by the caller, after commit."""
    person = insert(email, name, None, {"invited": timezone.now(), **fields})
    record(by=by, room="agencies", verb="invite", about=f"/people/{person.pk}", after=facts(person))
    if role:
        agency, region = scope_named(scope)
        post = ensure_post(
            by=by, title=title or f"{Role(role_named(role)).label} – {name}", role=role, agency=agency, region=region, seat=seat
        )
        appoint(post=post, person=person, by=by)
    return person


def invitation_for(person: Person) -> str:
    """A signed word that lets its bearer set this person's password, for 7 days and until it is set."""
    return signing.dumps([person.pk, person.get_session_auth_hash()[:16]], salt=INVITATION_SALT, compress=True)


def person_invited_by(word: str) -> Person | None:
    """Whose invitation this is; None when it is forged, too old or used."""
    try:
        pk, mark = signing.loads(word, salt=INVITATION_SALT, max_age=INVITATION_LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    person = Person.objects.filter(pk=pk, is_active=True).first()
    return person if person and person.get_session_auth_hash()[:16] == mark else None


def import_people(*, rows: Iterable[Mapping[str, str]], by: Actor | None) -> tuple[Counts, list[Person]]:
    """Invites people from rows `email,name[,role,scope,title,seat,phone,language]`. Returns what was done and whom to write to.

    Somebody who is known is left as he is; a faulty row is refused by a sentence and its neighbours are taken.
    """
    counts, invited = Counts(), []
    for number, row in enumerate(rows, start=2):
        cells = {key.strip().lower(): (value or "").strip() for key, value in row.items() if key}
        if Person.objects.filter(email=cells.get("email", "").lower()).exists():
            counts.unchanged += 1
            continue
        try:
            invited.append(invite_row(cells, by))
            counts.created += 1
        except Refused as why:
            counts.refused.append(_("Row %(row)s: %(why)s") % {"row": number, "why": why})
    return counts, invited


def invite_row(cells: Mapping[str, str], by: Actor | None) -> Person:
    """One row of the file."""
    seat = None
    if cells.get("seat"):
        seat = find_agency(cells["seat"])
        if seat is None:
            raise Refused(_("the agency %(name)s is not known.") % {"name": cells["seat"]})
    language = cells.get("language") or "id"
    if language not in {"id", "en"}:
        raise Refused(_("%(value)s is not a language of the screens: id or en.") % {"value": language})
    return invite(
        by=by,
        email=cells.get("email", ""),
        name=cells.get("name") or cells.get("nama", ""),
        role=cells.get("role", ""),
        title=cells.get("title") or cells.get("jabatan", ""),
        scope=cells.get("scope", ""),
        seat=seat,
        phone=cells.get("phone", ""),
        language=language,
    )
