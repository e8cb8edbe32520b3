"""Room `orders`: orders given to posts, and what became of them."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders (disposisi)."""

    name = "pendopo.orders"
    label = "orders"
    verbose_name = "Orders"
