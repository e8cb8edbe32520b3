"""Paths of start-ups."""

from django.urls import path

from . import programmes, views

urlpatterns = [
    path("startups", views.startups, name="startups"),
    path("startups/new", views.new, name="new-startup"),
    path("startups/work", programmes.work, name="startup-work"),
    path("startups/programmes/new", programmes.new_programme, name="new-programme"),
    path("startups/programmes/<slug:code>", programmes.programme, name="programme"),
    path("startups/programmes/<slug:code>/do", programmes.act_on_programme, name="act-on-programme"),
    path("startups/programmes/<slug:code>/edit", programmes.change_programme, name="change-programme"),
    path("startups/events/new", programmes.new_event, name="new-event"),
    path("startups/events/<slug:code>", programmes.event, name="event"),
    path("startups/events/<slug:code>/come", programmes.come, name="come"),
    path("startups/events/<slug:code>/edit", programmes.change_event, name="change-event"),
    path("startups/events/<slug:code>/cancel", programmes.cancel_event, name="cancel-event"),
    path("startups/registrations/<int:pk>/note", programmes.note, name="note-attendance"),
    path("startups/<slug:code>", views.startup, name="startup"),
    path("startups/<slug:code>/edit", views.change, name="change-startup"),
    path("startups/<slug:code>/do", views.act, name="act-on-startup"),
]
