"""Products as staff see and change them."""
