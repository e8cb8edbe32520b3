"""Paths of room `orders`."""

from django.urls import path

from . import views

app_name = "orders"

urlpatterns = [
    path("orders/", views.orders, name="orders"),
    path("orders/new", views.new, name="new"),
    path("orders/<int:pk>", views.order, name="order"),
    path("orders/<int:pk>/do", views.act, name="act"),
    path("orders/proof/<int:pk>", views.proof, name="proof"),
]
