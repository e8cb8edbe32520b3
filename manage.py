"""Django's own commands, for developers (`makemigrations`, `makemessages`); operators use `pendopo`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pendopo.settings")
    os.environ.setdefault("PENDOPO_SECRET_KEY", "only-for-manage.py")
    execute_from_command_line(sys.argv)
