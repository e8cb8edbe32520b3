"""Paths of room `notify`."""

from django.urls import path
from django.urls.resolvers import URLPattern

from .views import endpoints, log, mine

app_name = "notify"

urlpatterns: list[URLPattern] = [
    path("profile/notices", mine.mine, name="mine"),
    path("profile/notices/wishes", mine.wish, name="wish"),
    path("profile/notices/addresses", mine.add, name="add-address"),
    path("profile/notices/browser", mine.add_browser, name="add-browser"),
    path("push.js", mine.worker, name="push-worker"),
    path("profile/notices/test", mine.test_account, name="test-account"),
    path("profile/notices/addresses/<int:pk>", mine.act, name="address"),
    path("notices", log.dispatches, name="dispatches"),
    path("notices/<int:pk>", log.dispatch, name="dispatch"),
    path("notices/<int:pk>/again", log.again, name="again"),
    path("webhooks", endpoints.endpoints, name="endpoints"),
    path("webhooks/new", endpoints.add, name="add-endpoint"),
    path("webhooks/mine/new", endpoints.add_mine, name="add-my-endpoint"),
    path("webhooks/<int:pk>", endpoints.endpoint, name="endpoint"),
    path("webhooks/<int:pk>/edit", endpoints.change, name="change-endpoint"),
    path("webhooks/<int:pk>/do", endpoints.act, name="act-on-endpoint"),
]
