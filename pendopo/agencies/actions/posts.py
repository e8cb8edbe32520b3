"""Verbs about posts and who holds them. Hand-over is one verb: the old holder loses the post at the moment the new one takes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.audit.actions import Actor, record
from pendopo.regions.logic import is_code
from pendopo.regions.models import Region

from ..models import Agency, Holding, Person, Post, Role, Standing
from .agencies import Refused, find_agency

POST_FIELDS = ("title", "role", "agency_id", "region_id", "seat_id", "active")


def facts(post: Post) -> dict[str, Any]:
    """The post's fields as the book of deeds keeps them."""
    return {name: getattr(post, name) for name in POST_FIELDS}


def scope_named(text: str) -> tuple[Agency | None, Region | None]:
    """The scope that a word names: a region's code, or an agency's code or name; '' = the whole installation."""
    wanted = text.strip()
    if not wanted:
        return None, None
    if is_code(wanted):
        region = Region.objects.filter(code=wanted).first()
        if region is None:
            raise Refused(_("Region %(code)s is not in the region table.") % {"code": wanted})
        return None, region
    agency = find_agency(wanted)
    if agency is None:
        raise Refused(_("%(name)s is neither an agency nor the code of a region. Add the agency first.") % {"name": wanted})
    return agency, None


def role_named(text: str) -> str:
    """A role by its name; `Refused` lists the roles."""
    role = text.strip().lower()
    if role not in Role.values:
        raise Refused(_("%(role)s is not a role. The roles are: %(roles)s.") % {"role": text or "-", "roles": ", ".join(Role.values)})
    return role


@transaction.atomic
def add_post(
    *, by: Actor | None, title: str, role: str, agency: Agency | None = None, region: Region | None = None, seat: Agency | None = None
) -> Post:
    """A new post without a holder."""
    post = Post(title=title.strip(), role=role_named(role), agency=agency, region=region, seat=seat)
    checked(post)
    post.save()
    record(by=by, room="agencies", verb="add_post", about=f"/posts/{post.pk}", after=facts(post), region=post.region_id or "")
    return post


def ensure_post(
    *, by: Actor | None, title: str, role: str, agency: Agency | None = None, region: Region | None = None, seat: Agency | None = None
) -> Post:
    """The active post with this title, role and scope; made when there is none."""
    same = Post.objects.filter(title=title.strip(), role=role_named(role), agency=agency, region=region, seat=seat, active=True)
    return same.order_by("pk").first() or add_post(by=by, title=title, role=role, agency=agency, region=region, seat=seat)


@transaction.atomic
def change_post(*, post: Post, by: Actor | None, **fields: Any) -> Post:
    """Changes title, role or scope; whoever holds the post has the new rights at once."""
    kept = Post.objects.select_for_update().get(pk=post.pk)
    before = facts(kept)
    for name, value in fields.items():
        setattr(kept, name, value)
    after = facts(kept)
    if before == after:
        return kept
    checked(kept)
    with administered():
        kept.save()
    record(by=by, room="agencies", verb="change_post", about=f"/posts/{kept.pk}", before=before, after=after, region=kept.region_id or "")
    return kept


def checked(post: Post) -> None:
    """Raises `Refused` with the sentence of the first rule that the post breaks."""
    try:
        post.full_clean()
    except ValidationError as error:
        raise Refused("; ".join(error.messages)) from error


@transaction.atomic
def close_post(*, post: Post, by: Actor | None) -> None:
    """The post is no more: its holders lose it now."""
    now = timezone.now()
    with administered():
        ended = end_holdings(post.holdings.all(), now)
        Post.objects.filter(pk=post.pk).update(active=False)
    record(by=by, room="agencies", verb="close_post", about=f"/posts/{post.pk}", before={"holders": ended}, after={"active": False})


def end_holdings(holdings: Any, now: datetime) -> list[str]:
    """Ends all holdings of a query that have not ended; returns who held what. One that has not begun yet never begins."""
    open_rows = list(holdings.unended(now).select_related("person", "post").select_for_update(of=("self",)))
    begun = [holding.pk for holding in open_rows if holding.since <= now]
    Holding.objects.filter(pk__in=begun).update(until=now)
    Holding.objects.filter(pk__in=[holding.pk for holding in open_rows if holding.since > now]).delete()
    return [f"{holding.person.audit_name}: {holding.post.title}" for holding in open_rows]


def is_administered() -> bool:
    """Whether anybody administers the whole installation at this moment."""
    house = {"post__role": Role.ADMINISTRATOR, "post__agency": None, "post__region": None}
    return Holding.objects.current().filter(post__active=True, person__is_active=True, **house).exists()


@contextmanager
def administered() -> Iterator[None]:
    """Refuses what is done inside when it would leave the installation without anybody who administers it."""
    before = is_administered()
    yield
    if before and not is_administered():
        raise Refused(_("This would leave the installation without an administrator. Appoint another one first."))


@transaction.atomic
def appoint(
    *,
    post: Post,
    person: Person,
    by: Actor | None,
    standing: str = Standing.DEFINITIVE,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Holding:
    """The person takes a post that nobody holds in this standing meanwhile; it may begin later, and end by itself.

    Plt. is for a vacant post, Plh. for the absence of its holder.
    """
    begin = since or timezone.now()
    if until is not None and until <= begin:
        raise Refused(_("The last day lies before the first."))
    locked = Post.objects.select_for_update().get(pk=post.pk)
    if not locked.active:
        raise Refused(_("The post %(title)s is closed.") % {"title": locked.title})
    if not person.is_active:
        raise Refused(_("%(name)s has left. Add the person again first.") % {"name": person.name})
    meanwhile = locked.holdings.unended(begin).select_related("person")
    if until is not None:
        meanwhile = meanwhile.filter(since__lt=until)
    open_rows = {holding.standing: holding for holding in meanwhile}
    if standing in open_rows:
        holder = open_rows[Standing(standing)].person.name
        raise Refused(_("%(title)s is held by %(holder)s: hand it over instead.") % {"title": locked.title, "holder": holder})
    if standing == Standing.PLT and Standing.DEFINITIVE in open_rows:
        raise Refused(_("Plt. is for a vacant post; %(title)s has a holder. Choose Plh. for an absence.") % {"title": locked.title})
    if standing == Standing.PLH and Standing.DEFINITIVE not in open_rows:
        raise Refused(_("Plh. stands in for an absent holder; %(title)s is vacant. Choose Plt.") % {"title": locked.title})
    try:
        with transaction.atomic():
            holding = Holding.objects.create(post=locked, person=person, standing=standing, since=begin, until=until)
    except IntegrityError as error:
        raise Refused(_("This post has a holder already: hand it over instead.")) from error
    after = {
        "person": person.audit_name,
        "post": locked.title,
        "role": locked.role,
        "standing": standing,
        "since": begin.isoformat(),
        "until": until.isoformat() if until else None,
    }
    record(by=by, room="agencies", verb="appoint", about=f"/posts/{locked.pk}", after=after, region=locked.region_id or "")
    return holding


@transaction.atomic
def hand_over(*, post: Post, to: Person, by: Actor | None, standing: str = Standing.DEFINITIVE) -> Holding:
    """The post passes to `to` in one step: whoever holds it now (also acting holders) has it no longer."""
    locked = Post.objects.select_for_update().get(pk=post.pk)
    if not locked.active or not to.is_active:
        raise Refused(_("A closed post cannot be handed over, nor a post to a person who has left."))
    if standing == Standing.PLH:
        raise Refused(_("Plh. does not end the holder's post: appoint the person as Plh. instead of handing over."))
    now = timezone.now()
    before = end_holdings(locked.holdings.all(), now)
    holding = Holding.objects.create(post=locked, person=to, standing=standing, since=now)
    record(
        by=by,
        room="agencies",
        verb="hand_over",
        about=f"/posts/{locked.pk}",
        before={"holders": before},
        after={"person": to.audit_name, "post": locked.title, "role": locked.role, "standing": standing},
        region=locked.region_id or "",
    )
    return holding


@transaction.atomic
def give_back(*, holding: Holding, by: Actor | None) -> None:
    """One holding ends now; the post is vacant (or its holder is back, when a Plh. ends)."""
    with administered():
        ended = end_holdings(Holding.objects.filter(pk=holding.pk), timezone.now())
    if ended:
        about = f"/posts/{holding.post_id}"
        record(by=by, room="agencies", verb="give_back", about=about, before={"holders": ended}, region=holding.post.region_id or "")
