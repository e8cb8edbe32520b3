"""Paths of members."""

from django.urls import path

from . import views

urlpatterns = [
    path("coworking/join", views.join, name="join"),
    path("coworking/members", views.members, name="members"),
    path("coworking/members/<slug:code>", views.member, name="member"),
    path("coworking/plans", views.plans, name="plans"),
    path("coworking/visitors", views.visitors, name="visitors"),
    path("coworking/visitors/<int:pk>/note", views.note_visitor, name="note-visitor"),
    path("coworking/vouchers", views.vouchers, name="vouchers"),
    path("coworking/rules", views.rules, name="rules"),
    path("coworking/rules/accept", views.accept_rules, name="accept-rules"),
]
