"""Plans: for a hazard in an area, which shelters and resources are used first."""
