"""Verbs of categories, and of forgetting who reported."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, IntegerField, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ..models import Category, Report, State

FACTS = (
    "name_id",
    "name_en",
    "about_id",
    "about_en",
    "group",
    "keywords",
    "by_place",
    "classification",
    "cluster",
    "severity",
    "answer_days",
    "complete_days",
    "keep_days",
    "position",
    "active",
)


@transaction.atomic
def set_category(*, category: Category | None, by: Person, facts: Mapping[str, Any]) -> Category:
    """A category, or its facts as they are now: names, owner agency, class, clocks, retention. Reports keep the clocks they have."""
    if category is None and Category.objects.filter(code=facts["code"]).exists():
        raise Refused(_("There is a category with this code already."))
    found = Category.objects.select_for_update().get(pk=category.pk) if category else Category(code=facts["code"])
    before = _facts(found) if category else {}
    for name in FACTS:
        setattr(found, name, facts[name])
    found.agency = facts["agency"]
    after = _facts(found)
    if before == after:
        return found
    found.save()
    record(by=by, room="reports", verb="set_category", about=f"/handling/categories/{found.code}", before=before, after=after)
    return found


def _facts(category: Category) -> dict[str, Any]:
    return {name: getattr(category, name) for name in FACTS} | {"agency": category.agency.code if category.agency else ""}


@transaction.atomic
def forget_contacts(*, now: datetime | None = None) -> int:
    """Names, telephone numbers and e-mail addresses of reporters whose report is done for longer than its category keeps them are deleted.

    The reports stay. The book holds how many, and nobody's name. Returns how many.
    """
    moment = now or timezone.now()
    kept = Coalesce(F("category__keep_days"), Value(settings.CONTACT_DAYS), output_field=IntegerField())
    done = Report.objects.filter(state__in=[State.CLOSED, State.REFUSED, State.MERGED], finished__lt=moment - timedelta(days=1))
    named = done.exclude(name="", phone="", email="").annotate(kept=kept)
    rows = named.values_list("pk", "kept", "finished")
    due = [pk for pk, days, finished in rows if finished and finished < moment - timedelta(days=days)]
    if not due:
        return 0
    changed = Report.objects.filter(Q(pk__in=due)).update(name="", phone="", email="")
    record(by=None, room="reports", verb="forget_contacts", about="/handling", after={"reports": changed})
    return changed
