"""The field sheet of an incident, and the standing registers of shelters and resources that it uses."""
