"""What collectors are to watch, as the inventory has it."""

from django.conf import settings

from pendopo.bus.messages import PollCheck, PollDevice, PollPlan, PollPort, PollValue

from .models import Device, Service, State

SOURCE = "pendopo"


def poll_plan() -> PollPlan:
    """Devices in use with an address at sites that are built, and services with a target; both may be none."""
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
            ports=[PollPort(number=port.number, name=port.name) for port in one.interfaces.all() if port.number is not None],
        )
        for one in devices.select_related("site").prefetch_related("interfaces", "units").order_by("code")
    ]
    checks = [
        PollCheck(code=one.code, target=one.target, region=settings.REGION) for one in Service.objects.exclude(target="").order_by("code")
    ]
    return PollPlan(source=SOURCE, devices=told, checks=checks)
