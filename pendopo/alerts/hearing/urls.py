"""Paths of warnings of others."""

from django.urls import path

from . import views

urlpatterns = [
    path("warnings/heard", views.heard, name="heard"),
    path("warnings/heard/<int:pk>", views.one, name="heard-one"),
    path("warnings/heard/<int:pk>/do", views.act, name="act-on-heard"),
    path("warnings/feeds", views.feeds, name="feeds"),
    path("warnings/feeds/<slug:code>", views.feed, name="feed"),
]
