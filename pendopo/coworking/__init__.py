"""Room `coworking`: places to work, bookings, members, start-ups and what became of them."""
