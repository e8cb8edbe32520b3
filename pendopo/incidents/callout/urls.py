"""Paths of call-outs."""

from django.urls import path

from . import answering, views

urlpatterns = [
    path("callout", views.call_outs, name="call-outs"),
    path("callout/start", views.start, name="start-call-out"),
    path("callout/<int:pk>", views.call_out, name="call-out"),
    path("callout/<int:pk>/stop", views.stop, name="stop-call-out"),
    path("callout/chains", views.chains, name="chains"),
    path("callout/chains/new", views.new_chain, name="new-chain"),
    path("callout/chains/<slug:code>", views.chain, name="chain"),
    path("callout/chains/<slug:code>/edit", views.change_chain, name="change-chain"),
    path("callout/lists", views.lists, name="call-lists"),
    path("callout/lists/new", views.new_list, name="new-call-list"),
    path("callout/replies/<slug:channel>", answering.replies, name="replies"),
    path("c/<str:token>", answering.answer, name="answer"),
]
