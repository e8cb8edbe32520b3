"""Models of room `coworking`; its sub-folders hold their own."""

from .bookings.models import Booking, FairShare, Knock, Series, Wait
from .members.models import HouseRules, Member, Pass, Plan, Visitor, Voucher
from .places.models import Closure, Floor, Holiday, Place, Resource
from .startups.models import Application, DatasetUse, Event, MentorHour, Milestone, Programme, Registration, Startup, TeamMember

__all__ = [
    "Application",
    "Booking",
    "Closure",
    "DatasetUse",
    "Event",
    "FairShare",
    "Floor",
    "Holiday",
    "HouseRules",
    "Knock",
    "Member",
    "MentorHour",
    "Milestone",
    "Pass",
    "Place",
    "Plan",
    "Programme",
    "Registration",
    "Resource",
    "Series",
    "Startup",
    "TeamMember",
    "Visitor",
    "Voucher",
    "Wait",
]
