"""Collections as staff see and change them."""
