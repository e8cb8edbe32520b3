"""Pendopo: the open hall of a government. Every folder is a room; a room imports only from lines below its own (ARCHITECTURE.md)."""

__version__ = "0.1.0"
