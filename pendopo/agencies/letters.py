"""Letters to people: invitations. Sent after the verb is committed; a letter that cannot be sent becomes a link to hand over."""

import logging
import smtplib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from .actions import invitation_for
from .models import Person

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """One invitation: the link, and why it could not be sent ('' = it was)."""

    person: Person
    link: str
    problem: str


def mail_is_set_up() -> bool:
    """Whether letters leave the machine at all."""
    return bool(settings.EMAIL_HOST) or "locmem" in settings.EMAIL_BACKEND


def invitation_path(person: Person) -> str:
    """The path that lets the person set a password."""
    return reverse("agencies:invitation", args=[invitation_for(person)])


def send_invitations(people: Iterable[Person], absolute: Callable[[str], str]) -> list[Letter]:
    """Writes to everyone in their own language; `absolute` makes a full address of a path. Never raises because of the mail server."""
    letters = []
    trouble = "" if mail_is_set_up() else _("E-mail is not set up (PENDOPO_SMTP_HOST): hand the link over yourself.")
    connection = get_connection()
    for person in people:
        link = absolute(invitation_path(person))
        if not trouble:
            trouble = post(invitation(person, link, connection))
        letters.append(Letter(person, link, trouble))
    connection.close()
    return letters


def invitation(person: Person, link: str, connection: BaseEmailBackend) -> EmailMessage:
    """The letter itself."""
    with override(person.language):
        subject = _("You are invited to Pendopo")
        body = _(
            "Dear %(name)s,\n\nyou have been given access to the command center. "
            "Choose your password here within seven days:\n\n%(link)s\n\n"
            "If you did not expect this letter, simply leave it.\n"
        ) % {"name": person.name, "link": link}
    return EmailMessage(subject, body, to=[person.email], connection=connection)


def post(message: EmailMessage) -> str:
    """Sends one message; returns the reason why it could not be sent, or ''."""
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("mail: %s", error)
        return _("The mail server does not answer as it should: %(error)s. Check PENDOPO_SMTP_HOST and its neighbours.") % {"error": error}
    return ""


def send_test(to: str) -> str:
    """Really sends a test letter; returns the reason why it could not be sent, or ''."""
    if not mail_is_set_up():
        return _("E-mail is not set up. Set PENDOPO_SMTP_HOST (and _PORT, _USER, _PASSWORD, _TLS, PENDOPO_MAIL_FROM) and start again.")
    return post(EmailMessage(_("Test letter from Pendopo"), _("E-mail works: this letter was sent from the first steps page."), to=[to]))
