"""Services as the public sees them: state, history, planned work, badges."""
