"""From a bag to Stripe and back: the use cases place, resume and cancel."""
