"""Paths of room `wall`."""

from django.urls import path

from . import aiming, attending, comparing, editor, keeping, screens, situation, views
from .brief import views as brief
from .desk import views as desk

app_name = "wall"

urlpatterns = [
    path("home", views.home, name="home"),
    path("desk", desk.desk, name="desk"),
    path("desk/start", desk.start, name="desk-start"),
    path("desk/end", desk.end, name="desk-end"),
    path("desk/beat", desk.beat, name="desk-beat"),
    path("desk/take/<int:pk>", desk.take_on, name="desk-take"),
    path("desk/line", desk.line, name="desk-line"),
    path("desk/phones", desk.phones, name="phones"),
    path("incidents/<int:pk>/room", situation.open_room, name="situation"),
    path("brief", brief.brief, name="brief"),
    path("brief.pdf", brief.on_paper, name="brief-pdf"),
    path("brief/mail", brief.wish, name="brief-wish"),
    path("goals", aiming.goals, name="goals"),
    path("goals/new", aiming.new_goal, name="new-goal"),
    path("goals/<slug:code>", aiming.goal, name="goal"),
    path("wall/", views.boards, name="boards"),
    path("wall/screens", screens.screens, name="screens"),
    path("wall/screens/new", screens.new_screen, name="new-screen"),
    path("wall/meeting", attending.waiting, name="meeting"),
    path("wall/meeting/<slug:code>", attending.attend, name="attend"),
    path("wall/remote/<str:token>", attending.remote, name="remote"),
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
