"""Paths of public warnings: the console's, and those for everybody."""

from django.urls import path

from .views import authoring, public

urlpatterns = [
    path("warnings", authoring.warnings, name="warnings"),
    path("warnings/new", authoring.new, name="new-warning"),
    path("warnings/<int:pk>", authoring.warning, name="warning"),
    path("warnings/<int:pk>/edit", authoring.change, name="change-warning"),
    path("warnings/<int:pk>/do", authoring.act, name="act-on-warning"),
    path("cap/feed.xml", public.feed, name="cap-feed"),
    path("cap/certificate.pem", public.certificate, name="cap-certificate"),
    path("cap/<str:identifier>.xml", public.message, name="cap-alert"),
    path("cap/<str:identifier>", public.page, name="cap-page"),
]
