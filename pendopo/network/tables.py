"""The inventory as CSV, one table a kind, and as YAML: what is exported can be imported again and then changes nothing."""

import csv
import io
from typing import Any

import msgspec
import yaml

from pendopo.indicators.declared import Faulty
from pendopo.ui.sentence import Sentence

from .inventory import KINDS, Inventory, Told, at, faults_of
from .logic import speed_text
from .models import Device, Link, Service, Site, Unit

# Lists in one cell are parted by this; an interface in a cell is `name|number|speed`, a point `longitude latitude`.
BETWEEN, WITHIN = ";", "|"
LISTS = {"interfaces", "networks", "ducts", "route", "devices", "agencies", "indicators"}


def columns_of(kind: str) -> list[str]:
    """The header of a kind's table."""
    return [field.name for field in msgspec.structs.fields(KINDS[kind])]


def kind_of(header: list[str]) -> str | None:
    """Which table has this header: the kind that knows all its columns and whose required ones are there."""
    for kind, struct in KINDS.items():
        required = {field.name for field in msgspec.structs.fields(struct) if field.required}
        if set(header) <= set(columns_of(kind)) and required <= set(header):
            return kind
    return None


def parse_csv(text: str) -> Inventory:
    """The inventory of one CSV table; the header says of what. Raises Faulty with one sentence a fault, each with its line."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    try:
        return _read(reader)
    except csv.Error as problem:
        raise Faulty([Sentence("line %(line)s: this is not CSV: %(why)s.", line=reader.line_num, why=problem)]) from None


def _read(reader: "csv.DictReader[str]") -> Inventory:
    header = [name.strip() for name in reader.fieldnames or []]
    kind = kind_of(header)
    if kind is None:
        known = "; ".join(f"{name}: {', '.join(columns_of(name))}" for name in KINDS)
        raise Faulty([Sentence("line 1: no table of the network has these columns. Known are %(known)s.", known=known)])
    reader.fieldnames = header
    found, faults = Inventory(), list[str]()
    for row in reader:
        cells = {name: value for name, value in row.items() if name and isinstance(value, str) and value.strip()}
        try:
            cells = {name: cell_of(name, value) for name, value in cells.items()}
            found.of(kind).append(Told(reader.line_num, msgspec.convert(cells, KINDS[kind], strict=False)))
        except (msgspec.ValidationError, ValueError) as problem:
            faults.append(at(reader.line_num, kind, str(cells.get("code", "?")), f"{problem}."))
    faults.extend(faults_of(found))
    if faults:
        raise Faulty(faults)
    return found


def cell_of(name: str, value: str) -> Any:
    """What a cell says. An apostrophe before what a spreadsheet would take for a formula is ours."""
    text = value.strip()
    if name not in LISTS:
        return text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text
    parts = [part.strip() for part in text.split(BETWEEN) if part.strip()]
    if name == "route":
        return [[float(number) for number in part.split()] for part in parts]
    if name == "interfaces":
        return [{key: cell for key, cell in zip(("name", "number", "speed"), part.split(WITHIN), strict=False) if cell} for part in parts]
    return parts


def entries() -> dict[str, list[dict[str, Any]]]:
    """The whole inventory as plain entries, in the order of their codes; what is as it would be without a word is left out."""
    sites = [_site(one) for one in Site.objects.select_related("agency").order_by("code")]
    devices = [_device(one) for one in Device.objects.select_related("site").prefetch_related("interfaces__agency").order_by("code")]
    links = [_link(one) for one in Link.objects.select_related("a", "b", "a_interface", "b_interface").order_by("code")]
    services = [_service(one) for one in Service.objects.prefetch_related("devices", "agencies", "indicators").order_by("code")]
    units = [_unit(one) for one in Unit.objects.select_related("site", "device").order_by("code")]
    found = {"sites": sites, "devices": devices, "links": links, "services": services, "units": units}
    return {kind: [_short(kind, entry) for entry in told] for kind, told in found.items()}


def _short(kind: str, entry: dict[str, Any]) -> dict[str, Any]:
    usual = {f.name: f.default if f.default is not msgspec.NODEFAULT else [] for f in msgspec.structs.fields(KINDS[kind]) if not f.required}
    return {name: value for name, value in entry.items() if name not in usual or (value != usual[name] and value not in ("", None))}


def _same(one: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def _site(one: Site) -> dict[str, Any]:
    told = _same(one, "code", "name", "kind", "latitude", "longitude", "state", "since", "note", "collector", "networks")
    return {**told, "region": one.region_id, "agency": one.agency.code if one.agency else None}


def _device(one: Device) -> dict[str, Any]:
    ports = [
        {
            key: value
            for key, value in (
                ("name", port.name),
                ("number", port.number),
                ("speed", speed_text(port.speed_bps)),
                ("agency", port.agency.code if port.agency else None),
            )
            if value not in (None, "")
        }
        for port in one.interfaces.all()
    ]
    told = _same(one, "code", "name", "role", "address", "port", "access", "model", "platform", "active")
    return {**told, "site": one.site.code, "interfaces": ports}


def _link(one: Link) -> dict[str, Any]:
    names = ("code", "name", "medium", "provider", "contract", "cores", "spare_cores", "splices", "otb", "length_m", "ducts", "route")
    ends = {
        end: f"{device.code}/{port.name}" if port else device.code
        for end, device, port in (("a", one.a, one.a_interface), ("b", one.b, one.b_interface))
    }
    return {**_same(one, *names, "state", "since"), **ends, "capacity": speed_text(one.capacity_bps)}


def _service(one: Service) -> dict[str, Any]:
    lists = {name: sorted(item.code for item in getattr(one, name).all()) for name in ("devices", "agencies", "indicators")}
    return {**_same(one, "code", "name", "target"), **lists}


def _unit(one: Unit) -> dict[str, Any]:
    told = _same(one, "code", "name", "kind", "capacity", "unit", "oid", "factor", "low", "high", "meter")
    return {**told, "site": one.site.code, "device": one.device.code if one.device else None}


def as_yaml() -> str:
    """The inventory as one YAML file."""
    return yaml.safe_dump({kind: told for kind, told in entries().items() if told}, allow_unicode=True, sort_keys=False, width=140)


def as_csv(kind: str) -> str:
    """One kind of the inventory as CSV. An interface's agency is not in it: the YAML file has it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns_of(kind))
    for entry in entries()[kind]:
        writer.writerow([_cell(name, entry.get(name)) for name in columns_of(kind)])
    return out.getvalue()


def _cell(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if name == "route":
        return BETWEEN.join(f"{lon} {lat}" for lon, lat in value)
    if name == "interfaces":
        return BETWEEN.join(WITHIN.join(str(port.get(key, "")) for key in ("name", "number", "speed")).rstrip(WITHIN) for port in value)
    if isinstance(value, list):
        return BETWEEN.join(value)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@"):
        return f"'{value}"
    return value
