"""How people sign in: by invitation only, with e-mail and password, and a second factor where it is asked for."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by himself: people are added by an administrator or by `pendopo user add`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
