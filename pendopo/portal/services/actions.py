"""The verbs of public services: show one to everyone, and take it off."""

from django.db import transaction

from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.network.models import Service

from .models import PublicService


@transaction.atomic
def show(*, service: Service, name_id: str, by: Person | None, name_en: str = "", about: str = "", address: str = "") -> PublicService:
    """Shows a service of the network to the public under this name; again with other words changes them."""
    words = {"name_id": name_id, "name_en": name_en, "about": about, "address": address}
    last = PublicService.objects.order_by("-position").values_list("position", flat=True).first()
    found, _new = PublicService.objects.update_or_create(
        service=service, defaults=words, create_defaults={**words, "position": (last or 0) + 1}
    )
    record(by=by, room="portal", verb="show_service", about="/services", after={"service": service.code, **words})
    return found


@transaction.atomic
def take_off(*, service: PublicService, by: Person) -> None:
    """The service is not shown any more."""
    code = service.service.code
    service.delete()
    record(by=by, room="portal", verb="take_off_service", about="/services", after={"service": code})
