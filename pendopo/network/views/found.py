"""What searches found: beside the inventory, to be taken in or left out."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.declared import Faulty
from pendopo.ui.door import holds, opens
from pendopo.ui.telling import all_told, told

from ..actions import accept, leave_out
from ..forms import AcceptForm
from ..models import Finding
from ..proposals import proposals

MOST = 500


@opens("network.change")
def found(request: PersonRequest) -> HttpResponse:
    """Every finding that waits, with what the inventory does not know of it."""
    rows = [(one, all_told(one.differs)) for one in proposals(_waiting()[:MOST])]
    news = [(one, differs) for one, differs in rows if one.is_news]
    context = {
        "news": news,
        "same": len(rows) - len(news),
        "searched": Finding.objects.order_by("-seen").values_list("seen", flat=True).first(),
        "form": AcceptForm() if holds(request.user, "network.change") else None,
    }
    return render(request, "network/found.html", context)


def _waiting() -> QuerySet[Finding]:
    return Finding.objects.filter(state=Finding.State.WAITING)


@require_POST
@opens("network.change", house=True)
def decide(request: PersonRequest) -> HttpResponse:
    """The chosen findings are taken into the inventory, or left out."""
    form = AcceptForm(request.POST)
    chosen = _waiting().filter(pk__in=[int(key) for key in request.POST.getlist("selected") if key.isdecimal()][:MOST])
    if not form.is_valid() or not chosen:
        messages.warning(request, _("Choose at least one device that was found."))
    elif form.cleaned_data["verdict"] == AcceptForm.LEAVE:
        count = leave_out(findings=chosen, by=request.user)
        messages.success(request, ngettext("%(count)s left out.", "%(count)s left out.", count) % {"count": count})
    else:
        _accept(request, chosen, form)
    return redirect("network:found")


def _accept(request: PersonRequest, chosen: QuerySet[Finding], form: AcceptForm) -> None:
    try:
        counts = accept(findings=chosen, by=request.user, site=form.cleaned_data["site"]).as_json().values()
    except Faulty as error:
        for sentence in error.sentences[:5]:
            messages.error(request, told(sentence))
        return
    sums = {what: sum(one[what] for one in counts) for what in ("created", "changed", "unchanged")}
    messages.success(request, _("%(created)s new, %(changed)s changed, %(unchanged)s as before.") % sums)
