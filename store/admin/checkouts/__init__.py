"""A checkout as staff see it, and how they release one that Stripe will not tell about."""
