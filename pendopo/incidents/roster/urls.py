"""Paths of the roster."""

from django.urls import path

from . import feeds, lists, views

urlpatterns = [
    path("roster", views.rosters, name="rosters"),
    path("roster/new", views.new, name="new-roster"),
    path("roster/<slug:code>", views.roster, name="roster"),
    path("roster/<slug:code>/edit", views.change, name="change-roster"),
    path("roster/<slug:code>/act", views.act, name="act-roster"),
    path("roster/<slug:code>/renew", views.renew_feeds, name="renew-feeds"),
    path("roster/<slug:code>.ics", feeds.feed, name="roster-feed"),
    path("shifts", lists.shifts, name="shifts"),
    path("shifts/import", lists.take_file, name="import-shifts"),
    path("shifts/<int:pk>", views.shift, name="shift"),
    path("absences", lists.absences, name="absences"),
    path("absences/new", lists.new_absence, name="new-absence"),
    path("logbook", lists.logbook, name="logbook"),
    path("logbook/<int:pk>/take", lists.take, name="take-over"),
]
