"""Paths of the papers."""

from django.urls import path

from . import views

urlpatterns = [
    path("incidents/<int:pk>/sitrep", views.sitrep, name="sitrep"),
    path("incidents/<int:pk>/sitrep.pdf", views.sitrep_pdf, name="sitrep-pdf"),
    path("incidents/<int:pk>/sitrep/issue", views.issue, name="issue-sitrep"),
    path("incidents/<int:pk>/report", views.report, name="report"),
    path("incidents/<int:pk>/report.pdf", views.report_pdf, name="report-pdf"),
]
