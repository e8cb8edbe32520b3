"""What the public is told of incidents, and how an incident answers the reports that it began with."""
