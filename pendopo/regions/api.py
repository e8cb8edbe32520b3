"""Room `regions` over HTTP."""

from ninja import Router

router = Router(tags=["regions"])
