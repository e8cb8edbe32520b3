"""Room `orders`: one list of what was ordered (disposisi), by post, due date and proof."""
