"""How people sign in: by invitation only, with e-mail and password or a passkey, and a second factor where it is asked for."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.dispatch import Signal, receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pendopo.ui.strangers import sender_of

from . import actions
from .access import may
from .models import Agency, Person

# What a person without a second factor may still open where one is required: setting it up, signing out, and what pages are made of.
OPEN_WITHOUT_FACTOR = ("/accounts/", "/static/", "/profile", "/language", "/theme", "/healthz", "/readyz")


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by himself: people are added by an administrator or by `pendopo user add`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Who is slowed down after wrong passwords: the person behind the proxy, not the proxy."""
        return sender_of(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """An administrator of a house that is still empty begins with the first steps; everybody else is led home."""
        if may(request.user, "people.change") and not Agency.objects.exists():
            return reverse("agencies:setup")
        return str(super().get_login_redirect_url(request))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A password changed by its owner stands in the book of deeds, too."""
        assert isinstance(user, Person)
        actions.set_password(person=user, password=password, by=user)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **facts: Any) -> HttpResponse:
        """Every sign-in is a deed."""
        assert isinstance(user, Person)
        actions.note_sign_in(person=user, address=sender_of(request))
        answer: HttpResponse = super().post_login(request, user, **facts)
        return answer


class OutsideAdapter(DefaultSocialAccountAdapter):
    """OIDC: the outside account opens the door for a person who is known here by the same e-mail address, and for nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: an outside account makes no person."""
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Only for an address that the outside side has verified, of a person who is here."""
        return Person.objects.filter(email__iexact=email, is_active=True).exists()


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: the name that an authenticator app shows."""

    def get_totp_issuer(self) -> str:
        """The product, and which government's."""
        return f"Pendopo {settings.REGION}"


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def note_second_factor(signal: Signal, user: Person, authenticator: Authenticator, **_facts: Any) -> None:
    """Every second factor that its owner sets up, takes away or renews is a deed."""
    change = {authenticator_added: "added", authenticator_removed: "removed", authenticator_reset: "renewed"}[signal]
    actions.note_second_factor(person=user, kind=str(authenticator.type), change=change)


class RequireSecondFactor:
    """With PENDOPO_REQUIRE_MFA a person without a second factor is led to setting one up; API tokens are not affected."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Lets the request pass, or leads to the page of second factors."""
        return self.detour(request) or self.get_response(request)

    def detour(self, request: HttpRequest) -> HttpResponse | None:
        """The way to the page of second factors for those who must go there."""
        if not settings.REQUIRE_MFA or request.path.startswith(OPEN_WITHOUT_FACTOR):
            return None
        if not isinstance(request.user, Person) or request.user.authenticator_set.exists():
            return None
        messages.warning(request, _("This installation asks everybody for a second factor: set one now."))
        return redirect("mfa_index")
