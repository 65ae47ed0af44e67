"""What can be heard of a product, as staff put it there."""
