"""Paths of room `wall`."""

from django.urls import path

from . import comparing, screens, views

app_name = "wall"

urlpatterns = [
    path("home", views.home, name="home"),
    path("brief", views.brief, name="brief"),
    path("wall/", views.boards, name="boards"),
    path("wall/screens", screens.screens, name="screens"),
    path("wall/screens/new", screens.new_screen, name="new-screen"),
    path("wall/<slug:code>", views.board, name="board"),
    path("wall/<slug:code>/changes", comparing.changes, name="changes"),
]
