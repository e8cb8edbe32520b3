"""Path of the form."""

from django.urls import path

from . import views

urlpatterns = [path("entry/<str:code>", views.entry, name="entry")]
