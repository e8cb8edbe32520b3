"""Pages of orders: everybody's work, giving one, one order with its words and proof."""

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.paths import own_path
from pendopo.ui.templatetags.house import moment

from . import actions, logic
from .forms import GiveForm, OrderFilters, WordForm
from .models import WORDS, Order, Word, posts_of


def state_words(order: Order) -> str:
    """How it stands, and whether it is late or an exercise."""
    words = [str(order.get_state_display())]
    if order.is_overdue:
        words.append(_("overdue"))
    if order.exercise:
        words.append(_("EXERCISE"))
    return ", ".join(words)


@opens("orders.see")
def orders(request: PersonRequest) -> HttpResponse:
    """My work: what my posts have to do, what I gave, what is late."""
    person = request.user
    listing = Listing(
        request,
        title=_("My work"),
        lead=_("Orders for the posts that you hold, and those that you gave."),
        queryset=Order.objects.visible_to(person),
        columns=[
            Column("what", _("Order"), lambda o: o.what, url=Order.get_absolute_url, sort="what"),
            Column("to", _("To"), lambda o: o.to.title, sort="to__title"),
            Column("from", _("From"), lambda o: o.post.title if o.post else o.by.name),
            Column("about", _("About"), lambda o: o.title or o.about, csv_value=lambda o: o.about),
            Column("due", _("Due"), lambda o: moment(o.due), sort="due", csv_value=lambda o: o.due),
            Column("state", _("State"), state_words, sort="state", csv_value=lambda o: o.state),
            Column("overdue", _("Overdue"), lambda o: o.is_overdue, csv_only=True),
            Column("given", _("Given"), lambda o: o.given, csv_only=True),
        ],
        filters=OrderFilters(request.GET, person=person),
        links=[Link(_("Give an order"), reverse("orders:new"))] if may_somewhere(person, "orders.give") else (),
        csv_name="pendopo-orders",
        empty_title=_("Nothing to do"),
        empty_text=_("What incidents, meetings and the brief ask of your posts stands here until it is done."),
    )
    if listing.wants_csv:
        return listing.csv()
    now = timezone.now()
    counts = {
        "mine": Order.objects.of(person).filter(state__in=[logic.GIVEN, logic.ACCEPTED]).count(),
        "late": Order.objects.of(person).overdue(now).count(),
        "answered": Order.objects.given_by(person).filter(state=logic.REPORTED).count(),
    }
    return render(request, "orders/orders.html", {"listing": listing, "counts": counts})


@opens("orders.give")
def new(request: PersonRequest) -> HttpResponse:
    """An order to one post or several; `?about=` and `?title=` say where it comes from."""
    asked = {name: request.GET[name] for name in ("about", "title", "what") if name in request.GET}
    form = GiveForm(request.POST or None, initial=asked, person=request.user)
    if request.method == "POST" and form.is_valid():
        wish = dict(form.cleaned_data)
        posts = wish.pop("to")
        try:
            with transaction.atomic():
                for post in posts:
                    actions.give(to=post, by=request.user, **wish)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            count = len(posts)
            messages.success(request, ngettext("%(n)s order was given.", "%(n)s orders were given.", count) % {"n": count})
            return redirect(wish["about"] or f"{reverse('orders:orders')}?whose=given")
    context = {
        "title": _("Give an order"),
        "form": form,
        "submit": _("Give"),
        "cancel": own_path(asked.get("about", "")) or reverse("orders:orders"),
    }
    return render(request, "ui/form.html", context)


def _order(person: Person, pk: int) -> Order:
    found = Order.objects.visible_to(person).select_related("to", "post", "by", "parent").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _verbs(order: Order, person: Person) -> list[str]:
    posts = posts_of(person)
    giver = order.by_id == person.pk or order.post_id in posts
    return logic.moves_from(order.state, giver=giver, holder=order.to_id in posts)


@opens("orders.see")
def order(request: PersonRequest, pk: int) -> HttpResponse:
    """One order: what, from whom, until when, every word about it, and what the reader may do."""
    return _page(request, _order(request.user, pk), WordForm())


def _page(request: PersonRequest, found: Order, form: WordForm, status: int = 200) -> HttpResponse:
    labels = {
        "accept": _("Take in hand"),
        "refuse": _("Refuse"),
        "report": _("Report as done"),
        "send_back": _("Send back"),
        "close": _("Close as done"),
        "withdraw": _("Withdraw"),
    }
    context = {
        "order": found,
        "words": found.words.select_related("by"),
        "children": Order.objects.visible_to(request.user).filter(parent=found).select_related("to"),
        "verbs": [(verb, labels[verb]) for verb in _verbs(found, request.user)],
        "form": form,
        "state": state_words(found),
    }
    return render(request, "orders/order.html", context, status=status)


@require_POST
@opens("orders.see")
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """One of the verbs that are open to the reader."""
    found = _order(request.user, pk)
    verb = request.POST.get("do", "")
    if verb not in actions.VERBS:
        return redirect(found.get_absolute_url())
    form = WordForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, form, 400)
    if verb not in _verbs(found, request.user):
        form.add_error(None, _("This is not yours to do, or the order has moved on: load the page anew."))
        return _page(request, found, form, 409)
    try:
        actions.VERBS[verb](order=found, by=request.user, proof=actions.Proof(**form.cleaned_data))
    except Refused as why:
        form.add_error(None, str(why))
        return _page(request, found, form, 409)
    messages.success(request, f"{WORDS[verb]}.")
    return redirect(found.get_absolute_url())


@require_safe
@opens("orders.see")
def proof(request: PersonRequest, pk: int) -> FileResponse:
    """The file of a word, for whoever sees the order."""
    word = Word.objects.filter(pk=pk, order__in=Order.objects.visible_to(request.user)).exclude(file="").first()
    if word is None or not word.file.storage.exists(str(word.file.name)):
        raise Http404(_("This file is not here any more."))
    return FileResponse(word.file.open("rb"), as_attachment=True, filename=word.file_name)
