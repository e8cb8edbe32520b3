"""Paths of room `meetings`."""

from django.urls import path

from .media import documents, playing
from .media import views as room
from .papers import urls as papers
from .planning import urls as planning

app_name = "meetings"

urlpatterns = [
    path("meetings/open", room.open_about, name="open"),
    *planning.before_room,
    path("meetings/<slug:code>", room.room, name="room"),
    path("meetings/<slug:code>/files", room.files, name="files"),
    path("meetings/<slug:code>/files/<path:address>", room.file, name="file"),
    path("meetings/<slug:code>/documents/<str:address>/<int:number>", documents.page, name="page"),
    path("meetings/<slug:code>/recordings", playing.recordings, name="recordings"),
    path("meetings/<slug:code>/recordings/<int:number>/<str:file>", playing.recorded, name="recorded"),
    *planning.urlpatterns,
    *papers.urlpatterns,
]
