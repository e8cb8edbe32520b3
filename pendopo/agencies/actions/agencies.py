"""Verbs about agencies."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pendopo.audit.actions import Actor, record
from pendopo.regions.models import Region

from .. import logic
from ..models import Agency, Holding, Kind

FIELDS = ("name", "short_name", "kind", "parent_id", "region_id", "phone", "email", "address", "note", "verified", "active")


class Refused(ValueError):
    """A verb that cannot be done; the message is a sentence that says what to do."""


@dataclass
class Counts:
    """What an import did, and a sentence for every row that it refused."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    unverified: int = 0
    refused: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def facts(agency: Agency) -> dict[str, Any]:
    """The agency's fields as the book of deeds keeps them."""
    return {name: getattr(agency, name) for name in FIELDS}


@transaction.atomic
def add_agency(*, by: Actor | None, name: str, code: str = "", **fields: Any) -> Agency:
    """A new agency. Without a code, one is made from the abbreviation or the name."""
    agency = insert(name, code, fields)
    record(by=by, room="agencies", verb="add_agency", about=f"/agencies/{agency.code}", after=facts(agency), region=agency.region_id or "")
    return agency


@transaction.atomic
def change_agency(*, agency: Agency, by: Actor | None, **fields: Any) -> Agency:
    """Changes the fields given; writes nothing when nothing differs."""
    kept, before, after = alter(agency, fields)
    if after:
        about = f"/agencies/{kept.code}"
        record(by=by, room="agencies", verb="change_agency", about=about, before=before, after=after, region=kept.region_id or "")
    return kept


def insert(name: str, code: str, fields: dict[str, Any]) -> Agency:
    """Writes a new agency, or raises `Refused`."""
    wanted = logic.slug(code) or logic.code_of(name)
    if not wanted:
        raise Refused(_("The agency needs a name with letters."))
    if Agency.objects.filter(code=wanted).exists():
        raise Refused(_("There is already an agency with the code %(code)s. Give another code, or change that agency.") % {"code": wanted})
    agency = Agency(code=wanted, name=name, **{"short_name": logic.short_name_of(name), **fields})
    checked(agency)
    agency.save()
    return agency


def alter(agency: Agency, fields: dict[str, Any]) -> tuple[Agency, dict[str, Any], dict[str, Any]]:
    """Writes the fields that differ; returns the agency with the old and the new values (both empty when nothing differs)."""
    kept = Agency.objects.select_for_update().get(pk=agency.pk)
    before = facts(kept)
    for name, value in fields.items():
        setattr(kept, name, value)
    after = facts(kept)
    changed = [name for name in FIELDS if before[name] != after[name]]
    if changed:
        checked(kept)
        kept.save()
    return kept, {name: before[name] for name in changed}, {name: after[name] for name in changed}


def checked(agency: Agency) -> None:
    """Raises `Refused` with the sentence of the first rule that the agency breaks."""
    try:
        agency.full_clean(validate_unique=False)
    except ValidationError as error:
        raise Refused("; ".join(error.messages)) from error
    above, seen = agency.parent, set()
    while above is not None and above.pk not in seen:
        if above.pk == agency.pk:
            raise Refused(_("%(name)s cannot stand below itself.") % {"name": agency.name})
        seen.add(above.pk)
        above = above.parent


def close_agency(*, agency: Agency, by: Actor | None) -> Agency:
    """The agency is no more: it stays in history and leaves the lists. Posts in it must be closed first."""
    held = agency.posts.filter(active=True, holdings__in=Holding.objects.unended()).distinct().count()
    if held:
        raise Refused(
            _("%(count)s posts of %(name)s are still held. End those holdings or hand them over first.")
            % {"count": held, "name": agency.name}
        )
    return change_agency(agency=agency, by=by, active=False)


def reopen_agency(*, agency: Agency, by: Actor | None) -> Agency:
    """Takes a closing back."""
    return change_agency(agency=agency, by=by, active=True)


@transaction.atomic
def verify_agencies(*, agencies: Iterable[Agency], by: Actor | None) -> int:
    """Notes that someone has checked these agencies. Returns how many were not verified before."""
    waiting = [agency for agency in agencies if not agency.verified]
    Agency.objects.filter(pk__in=[agency.pk for agency in waiting]).update(verified=True)
    if waiting:
        codes = sorted(agency.code for agency in waiting)
        record(by=by, room="agencies", verb="verify_agencies", about="/agencies", after={"verified": codes})
    return len(waiting)


def find_agency(text: str) -> Agency | None:
    """The agency with this code, name or short name; capitals do not matter."""
    wanted = " ".join(text.split())
    by_code = Agency.objects.filter(code=wanted.lower()).first()
    return by_code or Agency.objects.filter(Q(name__iexact=wanted) | Q(short_name__iexact=wanted)).order_by("pk").first()


def ensure_agency(name: str, *, by: Actor | None = None) -> Agency:
    """The agency with this code, name or short name; made when it is unknown."""
    found = find_agency(name)
    if found:
        return found
    code, number = logic.code_of(name), 2
    while Agency.objects.filter(code=code).exists():
        code, number = f"{logic.code_of(name)[:55]}-{number}", number + 1
    return add_agency(by=by, name=" ".join(name.split()), code=code, kind=logic.kind_of(name))


@transaction.atomic
def import_agencies(*, rows: Iterable[Mapping[str, str]], within: str, by: Actor | None) -> Counts:
    """Agencies from rows with the columns nama/name, jenis/kind, keyakinan, sumber, code, parent, region, phone, email, address.

    A row whose code (or else name) is known changes that agency; the same file twice changes nothing. A faulty row is refused by a
    sentence and its neighbours are taken. `within` is the region in which district offices are looked up by name.
    """
    counts = Counts()
    places = {logic.same_name(region.name): region for region in Region.objects.within(within).filter(level="district")}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for number, row in enumerate(rows, start=2):
        try:
            with transaction.atomic():
                agency, old, new = take_row({key.strip().lower(): (value or "").strip() for key, value in row.items() if key}, places)
        except Refused as why:
            counts.refused.append(_("Row %(row)s: %(why)s") % {"row": number, "why": why})
            continue
        counts.unverified += not agency.verified
        counts.created += old is None
        counts.changed += bool(old)
        counts.unchanged += old == {}
        if old:
            before[agency.code] = old
        if new:
            after[agency.code] = new
    if after:
        record(by=by, room="agencies", verb="import_agencies", about="/agencies", before=before, after=after)
    return counts


def take_row(row: Mapping[str, str], places: Mapping[str, Region]) -> tuple[Agency, dict[str, Any] | None, dict[str, Any]]:
    """One row of the file: adds (old values None), changes or leaves one agency; `Refused` says what is wrong with the row."""
    name = " ".join((row.get("name") or row.get("nama") or "").split())
    if not name:
        raise Refused(_("the name is missing."))
    known = find_agency(row["code"]) if row.get("code") else find_agency(name)
    fields = fields_of(row, name, places)
    if known is None:
        agency = insert(name, row.get("code", ""), fields)
        return agency, None, facts(agency)
    if known.verified:
        fields.pop("verified", None)
    return alter(known, {"name": name, **fields})


def fields_of(row: Mapping[str, str], name: str, places: Mapping[str, Region]) -> dict[str, Any]:
    """The fields that a row gives; columns that the file does not have leave the agency as it is."""
    word = row.get("kind") or row.get("jenis") or ""
    fields: dict[str, Any] = {"kind": logic.kind_of(name, word)}
    for column in ("phone", "email", "address", "short_name"):
        if row.get(column):
            fields[column] = row[column]
    if row.get("email"):
        try:
            validate_email(row["email"])
        except ValidationError as error:
            raise Refused(_("%(value)s is not an e-mail address.") % {"value": row["email"]}) from error
    if row.get("sumber") or row.get("note"):
        fields["note"] = (row.get("note") or row["sumber"])[:300]
    if row.get("keyakinan"):
        fields["verified"] = row["keyakinan"] != "perlu_verifikasi"
    if row.get("parent"):
        parent = find_agency(row["parent"])
        if parent is None:
            raise Refused(_("the agency above, %(name)s, is not known. Put it on an earlier row.") % {"name": row["parent"]})
        fields["parent_id"] = parent.pk
    if row.get("region"):
        if not Region.objects.filter(code=row["region"]).exists():
            raise Refused(_("region %(code)s is not in the region table.") % {"code": row["region"]})
        fields["region_id"] = row["region"]
    elif fields["kind"] == Kind.DISTRICT:
        place = places.get(logic.same_name(logic.place_in(name)))
        if place:
            fields["region_id"] = place.code
    return fields
