"""Room `agencies`: agencies, people, posts, roles, the doorkeeper."""
