"""Paths of uploads."""

from django.urls import path

from . import parts, views, workbook

urlpatterns = [
    path("upload", views.begin, name="upload"),
    path("upload/begin", parts.begin, name="upload-begin"),
    path("upload/<uuid:key>", views.file, name="upload-file"),
    path("upload/<uuid:key>/part", parts.part, name="upload-part"),
    path("sources/<str:code>/mapping.yaml", views.mapping_file, name="source-mapping"),
    path("sources/<str:code>/template.xlsx", workbook.template, name="source-template"),
]
