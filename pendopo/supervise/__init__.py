"""Starts and stops the processes of a one-machine installation."""
