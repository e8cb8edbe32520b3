"""Paths of places."""

from django.urls import path

from . import keeping, views

urlpatterns = [
    path("coworking/places/<slug:code>", views.place, name="place"),
    path("coworking/plans/<int:pk>.svg", views.plan, name="plan"),
    path("coworking/things/<slug:code>/qr.svg", views.qr, name="qr"),
    path("coworking/here/<slug:code>", views.here, name="here"),
    path("coworking/kiosk/<str:token>", views.kiosk, name="kiosk"),
    path("coworking/today", keeping.today, name="today"),
    path("coworking/setup/new", keeping.new_place, name="new-place"),
    path("coworking/setup/<slug:code>", keeping.setup, name="setup"),
    path("coworking/setup/<slug:code>/edit", keeping.change_place, name="change-place"),
    path("coworking/setup/<slug:code>/do", keeping.act, name="act-on-place"),
    path("coworking/setup/<slug:code>/floors/new", keeping.floor, name="new-floor"),
    path("coworking/setup/<slug:code>/floors/<int:pk>", keeping.floor, name="floor"),
    path("coworking/setup/<slug:code>/things/new", keeping.thing, name="new-thing"),
    path("coworking/setup/<slug:code>/things/<slug:thing>", keeping.thing, name="thing"),
]
