"""Paths of room `assessments`."""

from django.urls import path

from .views import assessments, evidence, following, passages, raising, requirements

app_name = "assessments"

urlpatterns = [
    path("assessments", assessments.assessments, name="assessments"),
    path("assessments/new", assessments.new, name="new"),
    path("assessments/trend", raising.trend, name="trend"),
    path("assessments/findings", following.findings, name="findings"),
    path("assessments/findings/<int:pk>/do", following.act, name="act-finding"),
    path("assessments/risks", following.risks, name="risks"),
    path("assessments/risks/new", following.new_risk, name="new-risk"),
    path("assessments/risks/<int:pk>", following.risk, name="risk"),
    path("assessments/evidence/<int:pk>", evidence.evidence, name="evidence"),
    path("assessments/evidence/<int:pk>/review", evidence.review, name="review"),
    path("assessments/evidence/<int:pk>/file", evidence.file, name="file"),
    path("assessments/<slug:code>", assessments.assessment, name="assessment"),
    path("assessments/<slug:code>/do", assessments.act, name="act"),
    path("assessments/<slug:code>/raise", raising.raising, name="raising"),
    path("assessments/<slug:code>/package.zip", passages.package, name="package"),
    path("assessments/<slug:code>/report.pdf", passages.report, name="report"),
    path("assessments/<slug:code>/r/<str:node>", requirements.requirement, name="requirement"),
    path("assessments/<slug:code>/r/<str:node>/do", requirements.do, name="do"),
    path("auditor/<str:secret>", passages.door, name="door"),
    path("auditor/<str:secret>/package.zip", passages.door_package, name="door-package"),
]
