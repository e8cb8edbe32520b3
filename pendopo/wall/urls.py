"""Paths of room `wall`."""

from django.urls import path

from . import aiming, comparing, editor, keeping, screens, views
from .brief import views as brief

app_name = "wall"

urlpatterns = [
    path("home", views.home, name="home"),
    path("brief", brief.brief, name="brief"),
    path("brief.pdf", brief.on_paper, name="brief-pdf"),
    path("brief/mail", brief.wish, name="brief-wish"),
    path("goals", aiming.goals, name="goals"),
    path("goals/new", aiming.new_goal, name="new-goal"),
    path("goals/<slug:code>", aiming.goal, name="goal"),
    path("wall/", views.boards, name="boards"),
    path("wall/screens", screens.screens, name="screens"),
    path("wall/screens/new", screens.new_screen, name="new-screen"),
    path("wall/new", keeping.new, name="new"),
    path("wall/preview", editor.preview, name="preview"),
    path("wall/pictures", keeping.pictures, name="pictures"),
    path("wall/pictures/<str:digest>", keeping.picture, name="picture"),
    path("wall/<slug:code>", views.board, name="board"),
    path("wall/<slug:code>/changes", comparing.changes, name="changes"),
    path("wall/<slug:code>/edit", editor.edit, name="edit"),
    path("wall/<slug:code>/versions", keeping.versions, name="versions"),
    path("wall/<slug:code>/sharing", keeping.sharing, name="sharing"),
    path("wall/<slug:code>/export", keeping.export, name="export"),
    path("wall/<slug:code>/delete", keeping.delete, name="delete"),
    path("wall/<slug:code>/back", keeping.back, name="back"),
]
