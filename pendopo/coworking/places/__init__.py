"""Places: buildings with floors, plans and things to book; when they are open."""
