"""What crosses the wire of this room: questions and answers of the API."""

from datetime import datetime

from ninja import Schema
from pydantic import ConfigDict, Field


class ResourceOut(Schema):
    """Something that can be booked. `free`: all the while between `from` and `to`; `why` says why not."""

    code: str
    name: str
    kind: str
    capacity: int
    free: bool
    place: str
    features: list[str]
    why: str | None


class ResourcePage(Schema):
    """Things to book, and where to go on."""

    items: list[ResourceOut]
    next: str | None


class BookingIn(Schema):
    """A booking as it is asked for; both times have an offset."""

    model_config = ConfigDict(extra="forbid")
    resource: str = Field(max_length=60)
    start: datetime
    end: datetime
    title: str = Field(min_length=1, max_length=200)
    people: int = Field(default=1, ge=1, le=10_000)


class BookingMade(Schema):
    """The booking: `pending` waits for a steward."""

    code: str
    status: str


class Instead(Schema):
    """A slot that is free."""

    resource: str
    name: str
    start: str
    end: str


class Conflict(Schema):
    """RFC 9457 with the nearest slots that can be had."""

    type: str
    title: str
    status: int
    detail: str
    alternatives: list[Instead]
