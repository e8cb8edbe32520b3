"""Paper for every room: a page of HTML and its style sheet become a tagged PDF/UA, set by the press (`pressing.py`) without any network."""

import logging
import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

PRESS = "pendopo.ui.pressing"
PRESS_S = 60
# The sheet of the house, to which a room adds its own.
PAPER = Path(__file__).with_name("paper.css")
# The mark of the house, for the head of a paper.
MARK = Path(__file__).parent / "static/ui/mark.svg"


class NoPress(RuntimeError):
    """The PDF could not be made; the message says what to do."""


def pressed(page: str, *styles: Path) -> bytes:
    """The page (a whole HTML document) as PDF in style sheets of CSS paged media. Raises NoPress."""
    command = [sys.executable, "-m", PRESS, *map(str, styles)]
    try:
        made = subprocess.run(command, input=page.encode(), capture_output=True, timeout=PRESS_S, check=True)
    except subprocess.CalledProcessError as problem:
        logger.warning("the press failed: %s", problem.stderr.decode(errors="replace").strip()[-500:])
        raise NoPress(_("The PDF could not be made: ask the operator to run `pendopo doctor`.")) from None
    except subprocess.TimeoutExpired:
        raise NoPress(_("The machine is too busy to make the PDF: try again in a few minutes.")) from None
    return made.stdout
