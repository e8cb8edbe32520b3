"""What every page knows of its reader: the verbs that the doorkeeper opens to them somewhere."""

from typing import Any

from django.http import HttpRequest

from .access import VERBS, may_somewhere


def reader(request: HttpRequest) -> dict[str, Any]:
    """`verbs`: what the reader may do in some scope. For menus and buttons only; views ask the doorkeeper again."""
    user = getattr(request, "user", None)
    verbs = frozenset(verb for verb in VERBS if user is not None and may_somewhere(user, verb))
    request.verbs = verbs  # type: ignore[attr-defined]
    return {"verbs": verbs}
