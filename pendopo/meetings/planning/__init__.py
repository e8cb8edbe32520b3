"""Planning a meeting: when, with whom, how often; invitations with calendars, answers, reminders, and lists that are called at once."""
