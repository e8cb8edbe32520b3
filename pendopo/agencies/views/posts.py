"""Pages about posts and who holds them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.ui.door import opens
from pendopo.ui.lists import Bulk, Column, Link, Listing

from .. import actions
from ..access import may, may_somewhere, require
from ..forms import HolderForm, PostFilters, PostForm
from ..models import Holding, Post, Standing
from ..requests import PersonRequest


def now_held() -> Any:
    """Who holds each post today, as `now_held`."""
    return Prefetch("holdings", Holding.objects.current().select_related("person"), to_attr="now_held")


def holders(post: Post) -> str:
    """Who holds the post today, with Plt. or Plh. before an acting holder."""
    names = []
    for holding in getattr(post, "now_held", ()):
        acting = "" if holding.standing == Standing.DEFINITIVE else f"{holding.standing.capitalize()}. "
        names.append(f"{acting}{holding.person.name}")
    return ", ".join(names)


def reach(post: Post) -> str:
    """What the post reaches, in words."""
    if post.agency:
        return post.agency.label
    if post.region:
        return f"{post.region.name} ({post.region.code})"
    return _("the whole installation")


@opens("people.see")
def posts(request: PersonRequest) -> HttpResponse:
    """All posts, with filters, bulk edit and CSV."""
    house = may(request.user, "posts.change")
    listing = Listing(
        request,
        title=_("Posts"),
        lead=_("Rights belong to posts. Whoever holds a post has its rights, from the day of taking it to the day of handing it over."),
        queryset=Post.objects.select_related("agency", "region", "seat").prefetch_related(now_held()),
        columns=[
            Column("title", _("Title"), lambda p: p.title, url=lambda p: reverse("agencies:post", args=[p.pk]), sort="title"),
            Column("holder", _("Held by"), lambda p: holders(p) or "–", csv_value=holders),
            Column("role", _("Role"), lambda p: p.get_role_display(), csv_value=lambda p: p.role, sort="role"),
            Column("scope", _("Reaches"), reach, csv_value=lambda p: p.agency.code if p.agency else p.region_id or ""),
            Column("seat", _("Sits in"), lambda p: p.home.label if p.home else "", csv_value=lambda p: p.seat.code if p.seat else ""),
        ],
        filters=PostFilters(request.GET),
        bulk=[Bulk("close", _("Close"))] if house else (),
        csv_name="posts",
        links=[Link(_("Add a post"), reverse("agencies:add-post"))] if may_somewhere(request.user, "posts.change") else (),
        empty_title=_("No posts yet"),
        empty_text=_("A post is made when you invite somebody, or here."),
    )
    if request.method == "POST":
        require(request.user, "posts.change")
        chosen = Post.objects.filter(pk__in=[key for key in listing.selected() if key.isdigit()], active=True)
        done = 0
        for post in chosen if listing.action == "close" else []:
            try:
                actions.close_post(post=post, by=request.user)
                done += 1
            except actions.Refused as why:
                messages.error(request, str(why))
        messages.success(request, ngettext("%(n)s post was closed.", "%(n)s posts were closed.", done) % {"n": done})
        return redirect(request.get_full_path())
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("people.see")
def post(request: PersonRequest, pk: int) -> HttpResponse:
    """One post: who holds it, who held it, appointing and handing over."""
    found = get_object_or_404(Post.objects.select_related("agency", "region", "seat"), pk=pk)
    may_change = may(request.user, "posts.change", found)
    form = HolderForm(request.POST or None)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied(_("Your posts do not allow this. Ask an administrator for the right role."))
        if form.is_valid():
            try:
                do_holder(request, found, form)
                return redirect("agencies:post", pk=pk)
            except actions.Refused as why:
                form.add_error(None, str(why))
    held, now = list(found.holdings.select_related("person")), timezone.now()
    context = {
        "post": found,
        "reach": reach(found),
        "now_held": [holding for holding in held if holding.until is None or holding.until > now],
        "past": [holding for holding in held if holding.until is not None and holding.until <= now],
        "form": form,
        "may_change": may_change and found.active,
    }
    return render(request, "agencies/post.html", context)


def do_holder(request: PersonRequest, post: Post, form: HolderForm) -> None:
    """Appoints or hands over, as the button pressed says."""
    person, standing = form.cleaned_data["person"], form.cleaned_data["standing"]
    if request.POST.get("how") == "hand_over":
        actions.hand_over(post=post, to=person, by=request.user, standing=standing)
        messages.success(request, _("%(title)s was handed over to %(name)s.") % {"title": post.title, "name": person.name})
    else:
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        actions.appoint(post=post, person=person, by=request.user, standing=standing, since=since, until=until)
        messages.success(request, _("%(name)s now holds %(title)s.") % {"title": post.title, "name": person.name})


@opens("posts.change")
def add(request: PersonRequest) -> HttpResponse:
    """A new post within the reach of whoever adds it."""
    form = PostForm(request.POST or None, initial={"scope": request.GET.get("agency", ""), "role": "viewer"})
    if request.method == "POST" and form.is_valid():
        agency, region = form.cleaned_data["scope"]
        require(request.user, "posts.change", Post(agency=agency, region=region))
        try:
            made = actions.add_post(
                by=request.user,
                title=form.cleaned_data["title"],
                role=form.cleaned_data["role"],
                agency=agency,
                region=region,
                seat=form.cleaned_data["seat"],
            )
            return redirect("agencies:post", pk=made.pk)
        except actions.Refused as why:
            form.add_error(None, str(why))
    return render(request, "ui/form.html", {"title": _("Add a post"), "form": form, "cancel": reverse("agencies:posts")})


@opens("posts.change")
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """Title, role and scope of a post; old and new scope must both lie within the reach of whoever changes it."""
    found = get_object_or_404(Post.objects.select_related("agency"), pk=pk, active=True)
    require(request.user, "posts.change", found)
    scope = found.agency.code if found.agency else found.region_id or ""
    form = PostForm(request.POST or None, initial={"title": found.title, "role": found.role, "scope": scope, "seat": found.seat_id})
    if request.method == "POST" and form.is_valid():
        agency, region = form.cleaned_data["scope"]
        require(request.user, "posts.change", Post(agency=agency, region=region))
        fields = {"title": form.cleaned_data["title"], "role": form.cleaned_data["role"], "agency": agency, "region": region}
        try:
            actions.change_post(post=found, by=request.user, seat=form.cleaned_data["seat"], **fields)
            return redirect("agencies:post", pk=pk)
        except actions.Refused as why:
            form.add_error(None, str(why))
    context = {"title": _("Change %(name)s") % {"name": found.title}, "form": form, "cancel": reverse("agencies:post", args=[pk])}
    return render(request, "ui/form.html", context)


@require_POST
@opens("posts.change")
def close(request: PersonRequest, pk: int) -> HttpResponse:
    """The post is no more."""
    found = get_object_or_404(Post, pk=pk, active=True)
    require(request.user, "posts.change", found)
    try:
        actions.close_post(post=found, by=request.user)
        messages.success(request, _("%(title)s is closed.") % {"title": found.title})
    except actions.Refused as why:
        messages.error(request, str(why))
    return redirect("agencies:post", pk=pk)


@require_POST
@opens("posts.change")
def give_back(request: PersonRequest, pk: int) -> HttpResponse:
    """One holding ends now."""
    holding = get_object_or_404(Holding.objects.select_related("post"), pk=pk)
    require(request.user, "posts.change", holding.post)
    try:
        actions.give_back(holding=holding, by=request.user)
    except actions.Refused as why:
        messages.error(request, str(why))
    return redirect("agencies:post", pk=holding.post_id)
