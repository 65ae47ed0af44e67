"""Running the shop: starting it whole, filling it with the demo, and proving that its books are right."""
