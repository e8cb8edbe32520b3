"""Paths of room `reports`."""

from django.urls import path, re_path

from .views import handling, open311, public, setting

app_name = "reports"

FORM = r"(?P<form>json|xml)"

urlpatterns = [
    path("reports", public.reports, name="reports"),
    path("reports/new", public.new, name="new"),
    path("reports/follow", public.follow, name="follow"),
    path("reports/<str:number>", public.report, name="report"),
    path("reports/<str:number>/photo", public.photo, name="photo"),
    path("reports/<str:number>/act", public.act, name="act"),
    path("handling", handling.handling, name="handling"),
    path("handling/import", handling.bring, name="import"),
    path("handling/categories", setting.categories, name="categories"),
    path("handling/categories/new", setting.category, name="new-category"),
    path("handling/categories/<slug:code>", setting.category, name="category"),
    path("handling/servers", setting.servers, name="servers"),
    path("handling/servers/new", setting.server, name="new-server"),
    path("handling/servers/<int:pk>", setting.server, name="server"),
    path("handling/clusters", handling.clusters, name="clusters"),
    path("handling/clusters/<int:pk>", handling.cluster, name="cluster"),
    path("handling/<str:number>", handling.handle, name="handle"),
    path("handling/<str:number>/photo", handling.photo, name="handle-photo"),
    path("handling/<str:number>/act", handling.act, name="handle-act"),
    re_path(rf"^open311/discovery\.{FORM}$", open311.discovery, name="open311-discovery"),
    re_path(rf"^open311/v2/services\.{FORM}$", open311.services, name="open311-services"),
    re_path(rf"^open311/v2/services/(?P<code>[^/]+)\.{FORM}$", open311.definition, name="open311-service"),
    re_path(rf"^open311/v2/requests\.{FORM}$", open311.requests, name="open311-requests"),
    re_path(rf"^open311/v2/requests/(?P<number>[^/]+)\.{FORM}$", open311.one_request, name="open311-request"),
    re_path(rf"^open311/v2/tokens/(?P<token>[^/]+)\.{FORM}$", open311.token, name="open311-token"),
]
