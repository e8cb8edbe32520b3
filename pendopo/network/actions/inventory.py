"""The verb that takes an inventory: adds and changes what is named, takes nothing away; all or nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone

from pendopo.agencies.actions.agencies import find_agency
from pendopo.agencies.models import Agency, Person
from pendopo.audit.actions import record
from pendopo.indicators.declared import Faulty
from pendopo.indicators.models import Indicator
from pendopo.regions.models import Region
from pendopo.ui.sentence import Sentence

from ..inventory import WORDS, DeviceEntry, Inventory, LinkEntry, ServiceEntry, SiteEntry, Told, UnitEntry, at, end_of
from ..logic import bits_of
from ..models import Device, Interface, Link, Service, Site, Unit
from .states import Proof, write_step

# One import at a time: each reads what exists before it writes. "netw" as a number.
LOCK = 0x6E657477
# So many codes of each kind stand in the book; the counts are always whole.
TOLD = 200


class Unknown(ValueError):
    """A name that stands for nothing; `sentence` says so."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass
class Changes:
    """What an import did: codes by kind."""

    created: dict[str, list[str]] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unchanged: dict[str, list[str]] = field(default_factory=dict)

    def note(self, what: str, kind: str, code: str) -> None:
        """One thing was `created`, `changed` or `unchanged`."""
        getattr(self, what).setdefault(kind, []).append(code)

    def as_json(self) -> dict[str, dict[str, int]]:
        """Counts by kind, for `--json`."""
        return {kind: {what: len(getattr(self, what).get(kind, ())) for what in ("created", "changed", "unchanged")} for kind in WORDS}


def load_inventory(*, inventory: Inventory, by: Person | None, dry_run: bool = False) -> Changes:
    """Makes the network be what the inventory says of it. What it does not name stays; `dry_run` only says what would change.

    Raises Faulty with one sentence a fault; then nothing was changed.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        loader = _Loader(by)
        for kind, take in loader.kinds():
            for told in inventory.of(kind):
                loader.one(kind, told, take)
        if loader.faults:
            raise Faulty(loader.faults)
        done = loader.changes
        if done.created or done.changed:
            after = {"created": _first(done.created), "changed": _first(done.changed), "counts": done.as_json()}
            record(by=by, room="network", verb="load_inventory", about="/network", after=after)
        transaction.set_rollback(dry_run)
    return done


def _first(codes: dict[str, list[str]]) -> dict[str, list[str]]:
    return {kind: names[:TOLD] for kind, names in codes.items()}


class _Loader:
    """One import. What exists is read once, so that an import of a thousand devices is no thousand questions."""

    def __init__(self, by: Person | None) -> None:
        self.by = by
        self.changes = Changes()
        self.faults: list[str] = []
        self.sites = {one.code: one for one in Site.objects.all()}
        self.devices = {one.code: one for one in Device.objects.all()}
        self.links = {one.code: one for one in Link.objects.all()}
        self.services = {one.code: one for one in Service.objects.all()}
        self.units = {one.code: one for one in Unit.objects.all()}
        self.ports: dict[tuple[int, str], Interface] = {(one.device_id, one.name): one for one in Interface.objects.all()}
        self.agencies: dict[str, Agency] = {}

    def kinds(self) -> list[tuple[str, Callable[[Any], str]]]:
        """In this order: each stands on those before it."""
        return [
            ("sites", self.site),
            ("devices", self.device),
            ("links", self.link),
            ("services", self.service),
            ("units", self.unit),
        ]

    def one(self, kind: str, told: Told, take: Callable[[Any], str]) -> None:
        """One entry: what became of it, or its fault with the line."""
        try:
            with transaction.atomic():
                self.changes.note(take(told.entry), kind, told.entry.code)
        except Unknown as problem:
            self.faults.append(at(told.line, kind, told.entry.code, problem.sentence))
        except ValidationError as problem:
            self.faults.extend(at(told.line, kind, told.entry.code, sentence) for sentence in problem.messages)

    def agency(self, text: str | None) -> Agency | None:
        """The agency with this code or name."""
        if not text:
            return None
        if text not in self.agencies:
            found = find_agency(text)
            if found is None:
                raise Unknown(Sentence("there is no agency “%(name)s”: import it first, or write its code.", name=text))
            self.agencies[text] = found
        return self.agencies[text]

    def named(self, what: str, code: str) -> Any:
        """A site or device with this code."""
        known: dict[str, dict[str, Any]] = {"site": self.sites, "device": self.devices}
        found = known[what].get(code)
        if found is None:
            given: dict[str, object] = {"what": Sentence(what), "code": code}
            raise Unknown(Sentence("there is no %(what)s “%(code)s”: write it into the file, above or below.", **given))
        return found

    def site(self, entry: SiteEntry) -> str:
        """A site with its state."""
        if not Region.objects.filter(pk=entry.region[:20]).exists():
            raise Unknown(Sentence("there is no region “%(code)s”: use the Kemendagri code with dots, in quotes.", code=entry.region))
        fields = {
            "name": entry.name,
            "kind": entry.kind,
            "agency": self.agency(entry.agency),
            "region_id": entry.region,
            "latitude": entry.latitude,
            "longitude": entry.longitude,
            "note": entry.note,
            "collector": entry.collector,
            "networks": entry.networks,
        }
        return self.staged(Site, self.sites, entry.code, fields, entry.state, entry.since)

    def staged(self, model: Any, known: dict[str, Any], code: str, fields: dict[str, Any], state: str, since: date | None) -> str:
        """A thing that comes into service by steps: a new state is a new step, dated today unless the file says since when."""
        before = known.get(code)
        moved = before is None or before.state != state or (since is not None and before.since != since)
        day = since or (timezone.localdate() if moved or before is None else before.since)
        what = self.kept(model, known, code, {**fields, "state": state, "since": day})
        if moved:
            write_step(known[code], by=self.by, proof=Proof(note="import"))
        return what

    def kept(self, model: Any, known: dict[str, Any], code: str, fields: dict[str, Any]) -> str:
        """Writes a thing when it is new or differs."""
        one = known.get(code)
        if one is None:
            one = model(code=code, **fields)
            one.full_clean(validate_unique=False)
            one.save()
            known[code] = one
            return "created"
        if all(_value(one, name) == _plain(value) for name, value in fields.items()):
            return "unchanged"
        for name, value in fields.items():
            setattr(one, name, value)
        one.full_clean(validate_unique=False)
        one.save()
        return "changed"

    def device(self, entry: DeviceEntry) -> str:
        """A device with its interfaces; those that the file does not name stay."""
        fields = {
            "name": entry.name or entry.code,
            "site": self.named("site", entry.site),
            "role": entry.role,
            "address": entry.address,
            "port": entry.port,
            "access": entry.access,
            "model": entry.model,
            "platform": entry.platform,
            "active": entry.active,
        }
        what = self.kept(Device, self.devices, entry.code, fields)
        device = self.devices[entry.code]
        for port in entry.interfaces:
            wanted = {
                "number": port.number,
                "speed_bps": bits_of(port.speed) if port.speed is not None else None,
                "agency_id": getattr(self.agency(port.agency), "pk", None),
            }
            done = self.interface(device, port.name, {name: value for name, value in wanted.items() if value is not None})
            what = "changed" if what == "unchanged" and done != "unchanged" else what
        return what

    def interface(self, device: Device, name: str, fields: dict[str, Any]) -> str:
        """An interface, new or with what differs."""
        one = self.ports.get((device.pk, name))
        if one is None:
            one = Interface(device=device, name=name, **fields)
            one.full_clean()
            one.save()
            self.ports[device.pk, name] = one
            return "created"
        differing = {key: value for key, value in fields.items() if getattr(one, key) != value}
        if not differing:
            return "unchanged"
        for key, value in differing.items():
            setattr(one, key, value)
        one.full_clean()
        one.save()
        return "changed"

    def end(self, text: str) -> tuple[Device, Interface | None]:
        """The device and interface of a link's end; an interface that nobody declared yet is made."""
        code, name = end_of(text)
        device = self.named("device", code)
        if not name:
            return device, None
        self.interface(device, name, {})
        return device, self.ports[device.pk, name]

    def link(self, entry: LinkEntry) -> str:
        """A link with its state."""
        (a, a_port), (b, b_port) = self.end(entry.a), self.end(entry.b)
        fields = {
            name: getattr(entry, name)
            for name in ("medium", "provider", "contract", "cores", "spare_cores", "splices", "otb", "length_m", "ducts")
        }
        fields |= {
            "name": entry.name or f"{a.name} – {b.name}",
            "a": a,
            "b": b,
            "a_interface": a_port,
            "b_interface": b_port,
            "capacity_bps": bits_of(entry.capacity) if entry.capacity is not None else None,
            "route": [list(point) for point in entry.route],
        }
        return self.staged(Link, self.links, entry.code, fields, entry.state, entry.since)

    def service(self, entry: ServiceEntry) -> str:
        """A service with who uses it."""
        devices = [self.named("device", code) for code in entry.devices]
        what = self.kept(Service, self.services, entry.code, {"name": entry.name, "target": entry.target})
        service = self.services[entry.code]
        if entry.agencies is None:
            users: Iterable[Any] = Agency.objects.filter(sites__isnull=False, active=True).distinct()
        else:
            users = [self.agency(name) for name in entry.agencies]
        indicators = list(Indicator.objects.filter(code__in=entry.indicators))
        if absent := sorted(set(entry.indicators) - {one.code for one in indicators}):
            raise Unknown(Sentence("there is no indicator “%(code)s”: load its catalogue first.", code=absent[0]))
        for manager, wanted in ((service.devices, devices), (service.agencies, users), (service.indicators, indicators)):
            ids = {one.pk for one in wanted}
            if ids != set(manager.values_list("pk", flat=True)):
                manager.set(ids)
                what = "changed" if what == "unchanged" else what
        return what

    def unit(self, entry: UnitEntry) -> str:
        """Power, cooling, a rack or a sensor."""
        fields = {
            "name": entry.name or entry.code,
            "site": self.named("site", entry.site),
            "kind": entry.kind,
            "device": self.named("device", entry.device) if entry.device else None,
            **{name: getattr(entry, name) for name in ("capacity", "unit", "oid", "factor", "low", "high", "meter")},
        }
        return self.kept(Unit, self.units, entry.code, fields)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _value(one: Any, name: str) -> Any:
    return _plain(getattr(one, name))
