"""The door of a page: who is not signed in is led to the sign-in page, who lacks the verb reads why.

Every room may use it, also those below `agencies`: it asks the user's own `has_perm`, behind which the doorkeeper stands
(`agencies.access.Doorkeeper`, one of AUTHENTICATION_BACKENDS).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)

# The object of a verb that reaches the installation as a whole, where `None` means "in some scope".
HOUSE: Final = "house"


def opens(
    verb: str, *, house: bool = False
) -> Callable[[Callable[Concatenate[R, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """A view for those who hold the verb in some scope (with `house`: in the installation as a whole). '' = everyone signed in.

    What is then shown or changed is asked again for each object.
    """

    def around(view: Callable[Concatenate[R, P], HttpResponseBase]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if verb and not request.user.has_perm(verb, HOUSE if house else None):
                raise PermissionDenied(_("Your posts do not allow this. Ask an administrator for the right role."))
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return answer

    return around


def holds(user: Any, verb: str, obj: Any = HOUSE) -> bool:
    """Whether the user holds the verb: for the object given, or (left out) for the installation as a whole."""
    return bool(user.is_authenticated and user.has_perm(verb, obj))
