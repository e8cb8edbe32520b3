"""Digital literacy: guides for people, whether they helped, and what people still ask."""
