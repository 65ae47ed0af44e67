"""The inbox of Stripe's events as staff see it."""
