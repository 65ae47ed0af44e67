"""Money going back to buyers, whoever sends it: staff, the shop by itself, or somebody in Stripe's dashboard."""
