"""The verb that keeps a copy of a device's configuration."""

import hashlib
from datetime import datetime

from django.db import transaction

from pendopo.audit.actions import record
from pendopo.bus.messages import Copied

from ..models import Configuration, Copying, Device
from .comparing import counts


@transaction.atomic
def keep(*, copy: Copied) -> Configuration | None:
    """Keeps a configuration where it differs from the newest, else notes that it was seen; or notes why there is none.

    The same word twice changes nothing. None when nothing was copied, the device is unknown, or the word is older than what is known.
    """
    device = Device.objects.select_for_update().filter(code=copy.device).first()
    if device is None:
        return None
    at = datetime.fromisoformat(copy.at)
    newest = Configuration.objects.filter(device=device).first()
    Copying.objects.update_or_create(device=device, defaults={"tried": at, "why": copy.why[:300]})
    if copy.why or (newest and newest.seen >= at):
        return None
    digest = hashlib.sha256(copy.text.encode()).hexdigest()
    if newest and newest.digest == digest:
        newest.seen = at
        newest.save(update_fields=["seen"])
        return newest
    added, removed = counts(newest.text if newest else "", copy.text)
    kept = Configuration.objects.create(device=device, at=at, seen=at, text=copy.text, digest=digest, added=added, removed=removed)
    after = {"digest": digest, "added": added, "removed": removed}
    record(by=None, room="network", verb="keep_configuration", about=device.get_absolute_url(), after=after)
    return kept
