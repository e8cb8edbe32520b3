"""The page of one's own account: language, password, second factor, tokens."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.ui.door import opens

from .. import actions
from ..forms import ProfileForm, TokenForm
from ..models import Person, Token
from ..requests import PersonRequest
from .posts import reach


@opens("")
def profile(request: PersonRequest) -> HttpResponse:
    """Who am I here, what may I do, and how do I sign in."""
    form = ProfileForm(request.POST or None, instance=Person.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.change_person(person=request.user, by=request.user, **form.cleaned_data)
        except actions.Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Saved."))
            answer = redirect("agencies:profile")
            answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, kept.language, samesite="Lax", secure=settings.SECURE)
            return answer
    return render(request, "agencies/profile.html", facts(request, form))


def facts(request: PersonRequest, form: ProfileForm | None = None, secret: str = "") -> dict[str, object]:
    """What the page shows."""
    held = request.user.holdings.current().filter(post__active=True).select_related("post__agency", "post__region")
    return {
        "form": form or ProfileForm(instance=request.user),
        "token_form": TokenForm(),
        "secret": secret,
        "tokens": request.user.tokens.filter(revoked=None),
        "posts": [(holding, reach(holding.post)) for holding in held],
        "factors": [factor.get_type_display() for factor in request.user.authenticator_set.all()],
        "require_factor": settings.REQUIRE_MFA,
    }


@require_POST
@opens("")
def add_token(request: PersonRequest) -> HttpResponse:
    """A new API token; its secret is shown on this answer and never again."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what the token is for."))
        return redirect("agencies:profile")
    _token, secret = actions.new_token(person=request.user, by=request.user, label=form.cleaned_data["label"])
    answer = render(request, "agencies/profile.html", facts(request, secret=secret))
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@opens("")
def revoke_token(request: PersonRequest, pk: int) -> HttpResponse:
    """One of my tokens works no more."""
    token = get_object_or_404(Token, pk=pk, person=request.user)
    if actions.revoke_token(token=token, by=request.user):
        messages.success(request, _("The token works no more."))
    return redirect("agencies:profile")
