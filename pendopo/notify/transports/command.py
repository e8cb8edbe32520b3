"""The local way out, without the internet: a program on this machine sends by GSM modem, rings by SIP, or switches a relay.

Each is one command line in the settings, run without a shell: `{to}` is the number, `{text}` the message. Exit 0 is a success:
`gammu -c /etc/gammurc sendsms TEXT {to} -text {text}`.
"""

import shlex
import subprocess

from django.conf import settings
from django.utils.translation import gettext as _

from ..logic import Outcome
from ..models import Result
from ..writing import Letter

# With the gateway's own deadline before it, still well before a sender counts as lost (actions/delivering.py, LEASE).
DEADLINE_S = 60
# What fits into four linked messages of a GSM modem.
LONGEST_TEXT = 600


def arguments(template: str, letter: Letter) -> list[str]:
    """The command line as a list; what is filled in can never become another argument."""
    words = letter.plain if len(letter.plain) <= LONGEST_TEXT else letter.plain[: LONGEST_TEXT - 1] + "…"
    return [part.replace("{to}", letter.target).replace("{text}", words) for part in shlex.split(template)]


def send(letter: Letter) -> Outcome:
    """Runs the channel's program for one letter."""
    template = settings.COMMANDS.get(letter.channel, "")
    if not template:
        return Outcome(Result.FAILED, detail=_("This channel is not set up: name its service in the settings."))
    try:
        done = subprocess.run(arguments(template, letter), capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    except subprocess.TimeoutExpired:
        return Outcome(Result.FAILED, detail=_("No answer within %(s)s seconds.") % {"s": DEADLINE_S})
    except (OSError, ValueError) as problem:
        return Outcome(Result.FAILED, detail=str(problem))
    if done.returncode == 0:
        return Outcome(Result.SENT, detail=_("by the program on this machine"))
    said = (done.stderr or done.stdout).strip().splitlines()
    return Outcome(Result.FAILED, detail=f"{said[-1] if said else ''} ({done.returncode})".strip())
