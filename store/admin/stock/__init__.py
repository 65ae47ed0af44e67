"""The staff pages of stock: what is on the shelf, whose it is, and what moved."""
