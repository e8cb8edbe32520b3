"""Paths of plans."""

from django.urls import path

from . import views

urlpatterns = [
    path("field/plans", views.plans, name="plans"),
    path("field/plans/new", views.plan, name="new-plan"),
    path("field/plans/<int:pk>", views.plan, name="plan"),
]
