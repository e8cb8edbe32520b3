"""Importing this module prepares Django. Programs (`asgi`, `work`, the commands) import it before any room."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pendopo.settings")
django.setup()
