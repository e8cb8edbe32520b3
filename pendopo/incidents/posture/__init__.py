"""Posture: normal, watch (siaga), emergency (tanggap darurat), recovery (pemulihan), by region and for a time."""
