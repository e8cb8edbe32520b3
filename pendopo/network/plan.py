"""What collectors are to watch, as the inventory has it."""

from django.conf import settings

from pendopo.bus.messages import PollCheck, PollDevice, PollPlan, PollPort, PollValue

from .models import Device, DeviceRole, Link, Medium, Service, State

SOURCE = "pendopo"


def link_ends() -> tuple[set[int], set[int]]:
    """The interfaces at which links begin, and which of them are uplinks: at lines of providers, or at a link to a device that is one."""
    lines, uplinks = set[int](), set[int]()
    ends = Link.objects.exclude(state=State.RETIRED).values_list("a_interface", "b_interface", "medium", "a__role", "b__role")
    for a, b, medium, *roles in ends:
        found = {port for port in (a, b) if port is not None}
        lines |= found
        if medium == Medium.PROVIDER or DeviceRole.UPLINK in roles:
            uplinks |= found
    return lines, uplinks


def poll_plan() -> PollPlan:
    """Devices in use with an address at sites that are built, and services with a target; both may be none."""
    lines, uplinks = link_ends()
    reachable = (State.BUILT, State.ACCEPTED, State.IN_SERVICE)
    devices = Device.objects.filter(active=True, address__isnull=False, site__state__in=reachable)
    told = [
        PollDevice(
            code=one.code,
            address=str(one.address),
            region=one.site.region_id,
            port=one.port,
            access=one.access,
            collector=one.site.collector,
            platform=one.platform,
            values=[PollValue(unit=unit.code, oid=unit.oid, factor=unit.factor) for unit in one.units.all() if unit.oid],
            ports=[
                PollPort(number=port.number, name=port.name, line=port.pk in lines, uplink=port.pk in uplinks)
                for port in one.interfaces.all()
                if port.number is not None
            ],
        )
        for one in devices.select_related("site").prefetch_related("interfaces", "units").order_by("code")
    ]
    checks = [
        PollCheck(code=one.code, target=one.target, region=settings.REGION) for one in Service.objects.exclude(target="").order_by("code")
    ]
    return PollPlan(source=SOURCE, devices=told, checks=checks)
