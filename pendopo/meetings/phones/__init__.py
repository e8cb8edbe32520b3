"""Telephones and room systems that come by SIP."""
