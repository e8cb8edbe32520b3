"""Reports that another government answers: forwarded over Open311 GeoReport v2, their state pulled back."""
