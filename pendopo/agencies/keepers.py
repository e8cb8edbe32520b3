"""Who answers for what an agency sends: the posts that are told when its figures stop or wait."""

from django.db.models import Q

from .models import Holding, Post, Role


def keepers_of(agency: str) -> list[Post]:
    """The posts of the agency's data stewards; without a holder today those of its administrators; else the administrators of the house.

    `agency` is a code. Empty only when nobody holds any of them.
    """
    held = Post.objects.filter(active=True, pk__in=Holding.objects.current().values("post")).order_by("pk")
    house = Q(agency=None, region=None)
    for wanted in (
        Q(role=Role.STEWARD, agency__code=agency),
        Q(role=Role.ADMINISTRATOR, agency__code=agency),
        Q(role=Role.ADMINISTRATOR) & house,
    ):
        found = list(held.filter(wanted))
        if found:
            return found
    return []
