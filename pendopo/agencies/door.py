"""The door of a page: who is not signed in is led to the sign-in page, who lacks the verb reads why."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from .access import may, may_somewhere
from .models import Person

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class PersonRequest(HttpRequest):
    """A request of a person who is signed in: what a view behind `opens` receives."""

    user: Person


def opens(verb: str, *, house: bool = False) -> Callable[[Callable[Concatenate[PersonRequest, P], HttpResponseBase]], View[P]]:
    """A view for those who hold the verb in some scope (with `house`: in the installation as a whole). '' = everyone signed in.

    What is then shown or changed is asked again for each object.
    """

    def around(view: Callable[Concatenate[PersonRequest, P], HttpResponseBase]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, Person):
                return redirect_to_login(request.get_full_path())
            allowed = not verb or (may(user, verb) if house else may_somewhere(user, verb))
            if not allowed:
                raise PermissionDenied(_("Your posts do not allow this. Ask an administrator for the right role."))
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return answer

    return around
