"""Jobs that were given up, as staff see them."""
