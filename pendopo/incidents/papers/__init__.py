"""Papers of an incident: the situation report that drafts itself from the timeline, and the after-action report."""
