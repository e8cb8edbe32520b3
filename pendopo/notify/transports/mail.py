"""E-mail by SMTP, through Django's mail backend: plain text with a simple HTML part."""

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.translation import gettext as _

from pendopo.agencies.letters import mail_is_set_up

from ..logic import Outcome
from ..models import Result
from ..writing import Letter


def message(letter: Letter) -> EmailMultiAlternatives:
    """The letter as a mail. Its Message-ID is the same at every attempt, so that a mail server can drop a repeat."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<{letter.mark}@{domain}>", "Auto-Submitted": "auto-generated", "Content-Language": letter.language}
    if letter.urgent:
        headers |= {"Importance": "high", "X-Priority": "1"}
    mail = EmailMultiAlternatives(letter.subject, letter.plain, to=[letter.target], headers=headers, connection=get_connection())
    mail.attach_alternative(letter.html, "text/html")
    for name, media_type, body in letter.files:
        if media_type.startswith("text/calendar"):
            # Calendar programs look for it among the alternatives; people whose program has no calendar find the file.
            mail.attach_alternative(body.decode(), media_type)
            media_type = "application/ics"
        mail.attach(name, body, media_type)
    return mail


def send(letter: Letter) -> Outcome:
    """Sends by SMTP. A recipient refused with 5xx is refused for good; everything else is tried again."""
    if not mail_is_set_up():
        return Outcome(Result.FAILED, detail=_("E-mail is not set up: set PENDOPO_SMTP_HOST."))
    try:
        message(letter).send()
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        return _by_code(code, words)
    except smtplib.SMTPSenderRefused as refused:
        return Outcome(Result.FAILED, refused.smtp_code, _text(refused.smtp_error))
    except smtplib.SMTPDataError as refused:
        return _by_code(refused.smtp_code, refused.smtp_error)
    except smtplib.SMTPResponseException as problem:  # sign-in, greeting: our own set-up, which somebody can mend
        return Outcome(Result.FAILED, problem.smtp_code, _text(problem.smtp_error))
    except (OSError, smtplib.SMTPException) as problem:
        return Outcome(Result.FAILED, detail=str(problem) or type(problem).__name__)
    except ValueError as problem:  # an address or subject that no mail can carry
        return Outcome(Result.REFUSED, detail=str(problem))
    return Outcome(Result.SENT, 250)


def _by_code(code: int, words: bytes | str) -> Outcome:
    return Outcome(Result.REFUSED if 500 <= code < 600 else Result.FAILED, code, _text(words))


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words
