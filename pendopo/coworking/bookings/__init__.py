"""Bookings: what is free when, who has what, and what may be had instead."""
