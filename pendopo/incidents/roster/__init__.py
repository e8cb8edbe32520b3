"""Who is on duty (piket): rosters with a pattern, shifts, absences, and the logbook with its hand-overs."""
