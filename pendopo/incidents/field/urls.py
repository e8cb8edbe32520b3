"""Paths of the field sheet and of the registers."""

from django.urls import path

from .views import assessment, families, registers, sheet

urlpatterns = [
    path("incidents/<int:pk>/field", sheet.sheet, name="sheet"),
    path("incidents/<int:pk>/field/write", sheet.write, name="write-field"),
    path("incidents/<int:pk>/assessment", assessment.assessment, name="assessment"),
    path("incidents/<int:pk>/assessment.pdf", assessment.assessment_pdf, name="assessment-pdf"),
    path("incidents/<int:pk>/families", families.families, name="families"),
    path("field/families/<int:pk>/leave", families.leave, name="family-leaves"),
    path("field/needs/<int:pk>", sheet.say, name="say-of-need"),
    path("field/shelters", registers.shelters, name="shelters"),
    path("field/shelters/new", registers.shelter, name="new-shelter"),
    path("field/shelters/<int:pk>", registers.shelter, name="shelter"),
    path("field/resources", registers.resources, name="resources"),
    path("field/resources/new", registers.resource, name="new-resource"),
    path("field/resources/<int:pk>", registers.resource, name="resource"),
]
