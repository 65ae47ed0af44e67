"""What goes with a product, as staff choose it."""
