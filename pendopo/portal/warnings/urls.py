"""Paths of warnings for one's own place."""

from django.urls import path

from . import views

urlpatterns = [
    path("subscribe", views.subscribe, name="subscribe"),
    path("subscribe/browser", views.subscribe_browser, name="subscribe-browser"),
    path("subscribe/<str:token>", views.mine, name="my-warnings"),
    path("w/<str:code>/warnings.xml", views.feed, name="place-feed"),
]
