"""The desk of the watch: what burns, what is silent, who is on duty, what is due; an alarm that rings until somebody takes it on."""
