"""Paths of bookings."""

from django.urls import path

from . import feeds, shares, views

urlpatterns = [
    path("coworking", views.search, name="find"),
    path("coworking/mine", views.mine, name="mine"),
    path("coworking/calendar.ics", feeds.feed, name="feed"),
    path("coworking/things/<slug:code>", views.resource, name="resource"),
    path("coworking/bookings/<slug:code>", views.booking, name="booking"),
    path("coworking/bookings/<slug:code>/do", views.act, name="act"),
    path("coworking/shares", shares.shares, name="shares"),
    path("coworking/shares/<int:pk>/drop", shares.drop, name="drop-share"),
    path("coworking/waiting/<int:pk>/stop", views.stop_waiting, name="stop-waiting"),
]
