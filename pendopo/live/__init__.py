"""Room `live`: how a page follows the bus."""
