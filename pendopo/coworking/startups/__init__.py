"""Start-ups: the public directory, programmes, mentors, milestones, events."""
