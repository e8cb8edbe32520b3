"""What the network is made of. Nothing here says how it does: that is observations (`net.*`) and alerts."""

from typing import Any, Self, cast

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, grants_of
from pendopo.agencies.models import Agency, Person
from pendopo.indicators.models import Indicator
from pendopo.regions.models import Region

from .. import logic


class State(models.TextChoices):
    """How far a site or span has come."""

    PLANNED = logic.PLANNED, _("Planned")
    PERMITTED = logic.PERMITTED, _("Permitted")
    BUILT = logic.BUILT, _("Built")
    ACCEPTED = logic.ACCEPTED, _("Accepted")
    IN_SERVICE = logic.IN_SERVICE, _("In service")
    RETIRED = logic.RETIRED, _("Retired")


class SiteKind(models.TextChoices):
    """What a site is."""

    OFFICE = "office", _("Office")
    DATA_CENTRE = "data_centre", _("Data centre")
    POP = "pop", _("Point of presence")
    SCHOOL = "school", _("School")
    HEALTH = "health", _("Health centre or hospital")
    PUBLIC = "public", _("Public place")


class DeviceRole(models.TextChoices):
    """What a device does. `core` and `uplink` are the hearts from which everything must be reached."""

    CORE = "core", _("Core router")
    UPLINK = "uplink", _("Uplink to the internet")
    ROUTER = "router", _("Router")
    SWITCH = "switch", _("Switch")
    SERVER = "server", _("Server")
    OTHER = "other", _("Other")


ROOTS = (DeviceRole.CORE, DeviceRole.UPLINK)


class Medium(models.TextChoices):
    """What a link runs over."""

    FIBRE = "fibre", _("Fibre")
    RADIO = "radio", _("Radio")
    COPPER = "copper", _("Copper")
    PROVIDER = "provider", _("Line of a provider")


class UnitKind(models.TextChoices):
    """What keeps a site alive, or watches that it does."""

    UPS = "ups", _("UPS")
    GENERATOR = "generator", _("Generator")
    POWER = "power", _("Power meter")
    COOLING = "cooling", _("Cooling unit")
    RACK = "rack", _("Rack")
    TEMPERATURE = "temperature", _("Temperature sensor")
    HUMIDITY = "humidity", _("Humidity sensor")
    DOOR = "door", _("Door sensor")
    LEAK = "leak", _("Leak sensor")


class Seen:
    """Things of the network by who asks. For whoever holds a post everything: how it hangs together is everybody's matter.

    Addresses are told to engineers only, where they are shown.
    """

    def visible_to(self, user: User) -> Self:
        """Everything for whoever holds a post."""
        found: Any = self
        return cast(Self, found.all() if grants_of(user) else found.none())


class SiteQuerySet(Seen, models.QuerySet["Site"]):
    """Sites."""


class DeviceQuerySet(Seen, models.QuerySet["Device"]):
    """Devices."""


class LinkQuerySet(Seen, models.QuerySet["Link"]):
    """Links."""


class ServiceQuerySet(Seen, models.QuerySet["Service"]):
    """Services."""


class Site(models.Model):
    """A place with devices. `agency` is who works there; `since` the day on which it came into its state."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=SiteKind.choices, default=SiteKind.OFFICE)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="sites")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="sites")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    since = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    collector = models.SlugField(max_length=60, blank=True, help_text=_("The collector that watches it; empty: the house's own."))

    networks = models.JSONField(default=list, blank=True, help_text=_("Networks whose addresses are used here, such as 10.20.13.0/24."))

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="site_has_both_coordinates",
                violation_error_message=_("A site has a latitude (-90 to 90) and a longitude (-180 to 180), or neither."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the site."""
        return reverse("network:site", args=[self.code])


class Device(models.Model):
    """A router, switch or server. `access` names an entry of the collector's file of credentials; no secret is kept here."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="devices")
    role = models.CharField(max_length=10, choices=DeviceRole.choices, default=DeviceRole.ROUTER)
    address = models.GenericIPAddressField(null=True, blank=True)
    port = models.PositiveIntegerField(default=161)
    access = models.CharField(max_length=60, default="public")
    model = models.CharField(max_length=200, blank=True)
    platform = models.CharField(max_length=40, blank=True, help_text=_("How its configuration is read by SSH, such as mikrotik_routeros."))
    active = models.BooleanField(default=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(port__range=(1, 65535)),
                name="device_port_is_one",
                violation_error_message=_("A port is a number from 1 to 65535."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the device."""
        return reverse("network:device", args=[self.code])


class Interface(models.Model):
    """One interface. `number` is its ifIndex, None until it was discovered; only those with one are polled."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="interfaces")
    name = models.CharField(max_length=100)
    number = models.PositiveBigIntegerField(null=True, blank=True)
    speed_bps = models.BigIntegerField(null=True, blank=True)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="interfaces")

    class Meta:
        verbose_name = _("interface")
        verbose_name_plural = _("interfaces")
        ordering = ["device", "name"]
        constraints = [
            models.UniqueConstraint(fields=["device", "name"], name="interface_once_a_device"),
            models.UniqueConstraint(fields=["device", "number"], condition=Q(number__isnull=False), name="interface_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.name}"


class Link(models.Model):
    """A span between two devices. `route` is a list of [longitude, latitude]; `ducts` are the pipes that it shares with others."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    a = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="links_a")
    b = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="links_b")
    a_interface = models.ForeignKey(Interface, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    b_interface = models.ForeignKey(Interface, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    medium = models.CharField(max_length=10, choices=Medium.choices, default=Medium.FIBRE)
    provider = models.CharField(max_length=200, blank=True)
    contract = models.CharField(max_length=200, blank=True)
    capacity_bps = models.BigIntegerField(null=True, blank=True)
    cores = models.PositiveIntegerField(null=True, blank=True)
    spare_cores = models.PositiveIntegerField(null=True, blank=True)
    splices = models.PositiveIntegerField(null=True, blank=True)
    otb = models.CharField(max_length=200, blank=True, help_text=_("The ports in the optical terminal boxes, such as OTB-1/5 – OTB-7/1."))
    length_m = models.PositiveIntegerField(null=True, blank=True)
    ducts = models.JSONField(default=list, blank=True)
    route = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    since = models.DateField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(a=F("b")), name="link_joins_two_devices", violation_error_message=_("A link joins two different devices.")
            ),
            models.CheckConstraint(
                condition=Q(spare_cores=None) | Q(cores__isnull=False, spare_cores__lte=F("cores")),
                name="link_spare_cores_within",
                violation_error_message=_("A link has no more spare cores than cores: give both."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the link."""
        return reverse("network:link", args=[self.code])


class Service(models.Model):
    """What agencies use over the network. It works for an agency that reaches one of the devices."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    devices = models.ManyToManyField(Device, related_name="services", blank=True)
    agencies = models.ManyToManyField(Agency, related_name="network_services", blank=True)
    indicators = models.ManyToManyField(Indicator, related_name="network_services", blank=True)
    target = models.CharField(max_length=300, blank=True, help_text=_("What is checked: https://…, tcp://host:port."))

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Meter(models.TextChoices):
    """What a power meter measures, for the power usage effectiveness of a data centre."""

    TOTAL = "total", _("All of the data centre")
    IT = "it", _("Servers, storage and network")


class Unit(models.Model):
    """Power, cooling, racks and sensors of a site. `capacity` is in `unit` (kVA, kW, U, °C).

    What it shows is read from `device` by SNMP: the number at `oid`, times `factor`, between `low` and `high` when all is well.
    """

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="units")
    kind = models.CharField(max_length=12, choices=UnitKind.choices)
    capacity = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.SET_NULL, related_name="units")
    oid = models.CharField(max_length=200, blank=True)
    factor = models.FloatField(default=1.0)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    meter = models.CharField(max_length=5, choices=Meter.choices, blank=True)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["site", "kind", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(low=None) | Q(high=None) | Q(low__lt=F("high")),
                name="unit_low_below_high",
                violation_error_message=_("The lower limit of a unit lies below the upper one."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """A site or link came into a state on a day. Never changed. `file` is the proof: the OTDR measurement, the permit."""

    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE, related_name="steps")
    link = models.ForeignKey(Link, null=True, blank=True, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=State.choices)
    on = models.DateField()
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    file = models.FileField(upload_to="network/%Y/%m", blank=True, max_length=300)
    file_name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(site=None) ^ Q(link=None), name="step_of_one_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id or self.link_id} {self.state}"
