"""Kinds of incident and their procedures (SOP): versioned checklists with roles, time limits and what each step produces."""
