"""Paths of room `agencies`."""

from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.generic import RedirectView

from .views import agencies, people, posts, profile, setup

app_name = "agencies"

urlpatterns: list[URLPattern] = [
    path("agencies", agencies.agencies, name="agencies"),
    path("agencies/new", agencies.add, name="add"),
    path("agencies/import", agencies.take_file, name="import"),
    path("agencies/<slug:code>", agencies.agency, name="agency"),
    path("agencies/<slug:code>/edit", agencies.change, name="change"),
    path("people", people.people, name="people"),
    path("people/new", people.invite, name="invite"),
    path("people/import", people.take_file, name="import-people"),
    path("people/<int:pk>", people.person, name="person"),
    path("people/<int:pk>/edit", people.change, name="change-person"),
    path("people/<int:pk>/do", people.act, name="act-on-person"),
    path("posts", posts.posts, name="posts"),
    path("posts/new", posts.add, name="add-post"),
    path("posts/<int:pk>", posts.post, name="post"),
    path("posts/<int:pk>/edit", posts.change, name="change-post"),
    path("posts/<int:pk>/close", posts.close, name="close-post"),
    path("holdings/<int:pk>/end", posts.give_back, name="give-back"),
    path("profile", profile.profile, name="profile"),
    path("profile/tokens", profile.add_token, name="add-token"),
    path("profile/tokens/<int:pk>/revoke", profile.revoke_token, name="revoke-token"),
    path("setup", setup.setup, name="setup"),
    path("setup/mail", setup.mail_test, name="mail-test"),
    # One address a person, changed by the administration: allauth's page for adding further ones stays closed.
    path("accounts/email/", RedirectView.as_view(pattern_name="agencies:profile"), name="no-further-addresses"),
    path("invitation/<str:word>", people.invitation, name="invitation"),
]
