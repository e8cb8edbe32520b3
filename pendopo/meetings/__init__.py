"""Meetings: plan, lobby, live room, attendance, recordings and minutes."""
