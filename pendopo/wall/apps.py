"""Room `wall`: boards and tiles, the wall and the brief."""

from django.apps import AppConfig


class WallConfig(AppConfig):
    """Boards and tiles, the wall and the brief."""

    name = "pendopo.wall"
    label = "wall"
    verbose_name = "Wall"
