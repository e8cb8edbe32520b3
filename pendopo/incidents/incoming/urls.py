"""Paths of intake and of the field page."""

from django.urls import path

from .views import gateway, landmarks, log, phone

urlpatterns = [
    path("intake", log.log, name="intake"),
    path("intake/new", log.new, name="new-record"),
    path("intake/<int:pk>", log.record, name="record"),
    path("intake/<int:pk>/do", log.act, name="act-on-record"),
    path("intake/photos/<int:pk>", log.photo, name="photo"),
    path("intake/messages/<slug:channel>", gateway.messages, name="messages"),
    path("field/landmarks", landmarks.landmarks, name="landmarks"),
    path("field/landmarks/new", landmarks.landmark, name="new-landmark"),
    path("field/landmarks/<int:pk>", landmarks.landmark, name="landmark"),
    path("field", phone.page, name="field-page"),
    path("field/worker.js", phone.worker, name="field-worker"),
    path("field/reports", phone.take, name="field-report"),
]
