"""Paths of planning."""

from django.urls import path

from . import dialling, feeds, views

# Before the room, whose code would take these words.
before_room = [
    path("meetings", views.meetings, name="meetings"),
    path("meetings/new", views.new, name="new"),
    path("meetings/calendar", feeds.calendar, name="calendar"),
    path("meetings/calendar.ics", feeds.feed, name="feed"),
    path("meetings/dial", dialling.lists, name="dial"),
    path("meetings/dial/new", dialling.new, name="new-dial-list"),
    path("meetings/dial/<slug:code>", dialling.change, name="dial-list"),
    path("meetings/dial/<slug:code>/call", dialling.call, name="call"),
]

urlpatterns = [
    path("meetings/<slug:code>/plan", views.meeting, name="meeting"),
    path("meetings/<slug:code>/change", views.change, name="change"),
    path("meetings/<slug:code>/cancel", views.cancel, name="cancel"),
    path("meetings/<slug:code>/answer", views.answer, name="answer"),
    path("meetings/<slug:code>/invitation", views.invitation, name="invitation"),
    path("meetings/<slug:code>/meeting.ics", feeds.one, name="ics"),
]
