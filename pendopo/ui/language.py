"""Which language a page speaks: the reader's choice, else the person's own, else Indonesian, whatever the browser was sold with."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

# Programs have no switch: they say by Accept-Language in which language they want their errors.
NEGOTIATED = "/api/"


class LanguageMiddleware(LocaleMiddleware):
    """Stands after the sign-in, so that a person's language counts."""

    def process_request(self, request: HttpRequest) -> None:
        """Activates the language of this request."""
        if request.path.startswith(NEGOTIATED):
            super().process_request(request)
            return
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or getattr(request.user, "language", "")
        known = {code for code, _name in settings.LANGUAGES}
        translation.activate(chosen if chosen in known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
