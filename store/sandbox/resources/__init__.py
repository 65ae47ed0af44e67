"""One module per resource of Stripe's API."""
