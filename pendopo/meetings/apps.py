"""The room `meetings` as Django knows it."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Meetings, who is invited, who was there, and what happened in the room."""

    name = "pendopo.meetings"
    label = "meetings"
