"""The doorkeeper: the one place that says who may do what. Views ask it; nothing else decides.

A right is (verb, object). The verbs and who holds them stand in one table, `VERBS`; the scope of a post (agency, region subtree, or
everything) says which objects it reaches.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from pendopo.regions.logic import is_within
from pendopo.ui.door import HOUSE

from . import logic
from .models import Agency, Person, Role

User = Person | AnonymousUser

EVERYONE_SIGNED_IN = frozenset(Role.values)
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR.value})

# Which roles hold which verb. A verb that is not here is refused to everyone.
VERBS: dict[str, frozenset[str]] = {
    "agencies.see": EVERYONE_SIGNED_IN,
    "agencies.change": ADMINISTRATORS,
    "people.see": EVERYONE_SIGNED_IN,
    "people.change": ADMINISTRATORS,
    "posts.change": ADMINISTRATORS,
    "regions.see": EVERYONE_SIGNED_IN,
    "regions.change": ADMINISTRATORS,
    "audit.see": frozenset({Role.ADMINISTRATOR.value, Role.ASSESSOR.value}),
    "notify.log": ADMINISTRATORS,
    "notify.change": ADMINISTRATORS,
    "indicators.see": EVERYONE_SIGNED_IN,
    "indicators.change": ADMINISTRATORS,
    "sources.change": frozenset({Role.ADMINISTRATOR.value, Role.STEWARD.value}),
    "deliveries.see": frozenset({Role.ADMINISTRATOR.value, Role.STEWARD.value, Role.OFFICER.value, Role.ASSESSOR.value}),
    "observations.write": frozenset({Role.ADMINISTRATOR.value, Role.STEWARD.value}),
    "boards.see": EVERYONE_SIGNED_IN,
    "boards.change": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value}),
    "roster.see": EVERYONE_SIGNED_IN,
    "roster.change": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value}),
    "desk.see": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value, Role.ENGINEER.value, Role.CONVENER.value}),
    "desk.work": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value}),
    "meetings.see": EVERYONE_SIGNED_IN,
    "meetings.convene": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value, Role.CONVENER.value}),
    "portal.change": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value, Role.STEWARD.value}),
    "wall.tokens": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value}),
    "orders.see": EVERYONE_SIGNED_IN,
    "orders.give": frozenset({Role.VIEWER.value, Role.OFFICER.value, Role.CONVENER.value, Role.ADMINISTRATOR.value}),
    "incidents.see": EVERYONE_SIGNED_IN,
    "incidents.write": frozenset(
        {Role.OFFICER.value, Role.ENGINEER.value, Role.STEWARD.value, Role.CONVENER.value, Role.VIEWER.value, Role.ADMINISTRATOR.value}
    ),
    "incidents.handle": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value}),
    "intake.see": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value, Role.ENGINEER.value, Role.CONVENER.value}),
    "intake.write": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value}),
    "incidents.registers": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value, Role.STEWARD.value}),
    "incidents.decide": frozenset({Role.VIEWER.value, Role.OFFICER.value, Role.CONVENER.value, Role.ADMINISTRATOR.value}),
    "network.see": EVERYONE_SIGNED_IN,
    "network.change": frozenset({Role.ADMINISTRATOR.value, Role.ENGINEER.value}),
    "network.dispute": frozenset({Role.ADMINISTRATOR.value, Role.ENGINEER.value, Role.STEWARD.value}),
    "assessments.see": EVERYONE_SIGNED_IN,
    "assessments.prove": frozenset({Role.ADMINISTRATOR.value, Role.STEWARD.value, Role.ENGINEER.value, Role.ASSESSOR.value}),
    "assessments.assess": frozenset({Role.ADMINISTRATOR.value, Role.ASSESSOR.value}),
    "coworking.keep": frozenset({Role.ADMINISTRATOR.value, Role.STEWARD.value}),
    "coworking.overrule": ADMINISTRATORS,
    "reports.see": EVERYONE_SIGNED_IN,
    "reports.set_up": frozenset({Role.ADMINISTRATOR.value}),
    "reports.handle": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value, Role.STEWARD.value}),
    "posture.change": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value}),
    "alerts.see": EVERYONE_SIGNED_IN,
    "alerts.handle": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value, Role.ENGINEER.value}),
    "warnings.see": EVERYONE_SIGNED_IN,
    "warnings.write": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value}),
    "warnings.feeds": ADMINISTRATORS,
    "warnings.approve": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value, Role.CONVENER.value}),
    "alerts.change": frozenset({Role.ADMINISTRATOR.value, Role.OFFICER.value}),
}


@dataclass(frozen=True)
class Grant:
    """One post held today: a role, and the scope it reaches. No agency and no region = the whole installation.

    `agencies` are the post's agency and all that stand below it.
    """

    role: str
    agency_id: int | None
    region: str | None
    agencies: frozenset[int] = frozenset()

    def reaches(self, obj: Any) -> bool:
        """Whether the scope covers the object, which says where it belongs by `agency_id` and/or `region_id`.

        None stands for a matter of the house as a whole: only a post without a scope reaches it.
        """
        if self.agency_id is None and self.region is None:
            return True
        if obj is None:
            return False
        if self.agency_id is not None:
            agency = obj.pk if isinstance(obj, Agency) else getattr(obj, "agency_id", None)
            if agency in self.agencies:
                return True
        region = getattr(obj, "region_id", None)
        return self.region is not None and region is not None and is_within(region, self.region)


@dataclass(frozen=True)
class At:
    """A place for the doorkeeper: whether the user may do something there, before there is a thing to ask about."""

    region_id: str


def grants_of(user: User) -> list[Grant]:
    """The posts the user holds at this moment. Asked once a request: kept on the user object."""
    if not isinstance(user, Person) or not user.is_active:
        return []
    kept: list[Grant] | None = getattr(user, "_grants", None)
    if kept is None:
        held = user.holdings.current().filter(post__active=True)
        rows = list(held.values_list("post__role", "post__agency_id", "post__region_id"))
        own = {agency for _role, agency, _region in rows if agency is not None}
        children = list(Agency.objects.exclude(parent=None).values_list("parent_id", "pk")) if own else []
        below = {agency: logic.all_below(agency, children) for agency in own}
        kept = [Grant(role, agency, region, below.get(agency, frozenset())) for role, agency, region in rows]
        user._grants = kept  # type: ignore[attr-defined]
    return kept


def may(user: User, verb: str, obj: Any = None) -> bool:
    """Whether the user may do the verb to the object; without an object: in the house as a whole."""
    roles = VERBS.get(verb, frozenset())
    return any(grant.role in roles and grant.reaches(obj) for grant in grants_of(user))


def may_somewhere(user: User, verb: str) -> bool:
    """Whether the user holds the verb in any scope: for showing a menu entry or a list that is filtered afterwards."""
    roles = VERBS.get(verb, frozenset())
    return any(grant.role in roles for grant in grants_of(user))


def require(user: User, verb: str, obj: Any = None) -> None:
    """Raises PermissionDenied with a sentence unless the user may."""
    if not may(user, verb, obj):
        raise PermissionDenied(_("Your posts do not allow this. Ask an administrator for the right role."))


def agency_ids_of(user: User) -> set[int]:
    """The agencies the user's posts belong to, and those below them."""
    return {agency for grant in grants_of(user) for agency in grant.agencies}


def sees_everything(user: User) -> bool:
    """True for a post without a scope: sees figures of every agency."""
    return any(grant.agency_id is None and grant.region is None for grant in grants_of(user))


def may_change_person(user: User, person: Person) -> bool:
    """Whether the user may change the person: an administrator of the house, or one whose scope covers every post that the person holds.

    So nobody takes over, by a new invitation, an account that reaches further than the own scope.
    """
    if may(user, "people.change"):
        return True
    held = person.holdings.unended().select_related("post")
    posts = [holding.post for holding in held]
    return bool(posts) and all(may(user, "posts.change", post) for post in posts)


class Doorkeeper(BaseBackend):
    """Lets every room ask by Django's own `user.has_perm("regions.change", obj)`; `pendopo.ui.door` does so for pages."""

    # How `Person.has_perm` finds this one among the backends.
    keeps_door = True

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Without an object: in some scope; with HOUSE: in the installation as a whole."""
        if obj is None:
            return may_somewhere(user_obj, perm)
        return may(user_obj, perm, None if obj == HOUSE else obj)
