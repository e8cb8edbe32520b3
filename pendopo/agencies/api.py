"""Room `agencies` over HTTP."""

from ninja import Router

router = Router(tags=["agencies"])
