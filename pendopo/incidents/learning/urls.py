"""Paths of learning."""

from django.urls import path

from . import views

urlpatterns = [
    path("incidents/<int:pk>/findings", views.write, name="write-finding"),
    path("findings/<int:pk>/procedure", views.change, name="change-procedure"),
    path("findings/<int:pk>/aside", views.put_aside, name="put-aside-finding"),
]
