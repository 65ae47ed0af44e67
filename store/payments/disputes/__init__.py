"""What banks and Stripe hold against a payment: disputes, reviews and warnings of fraud."""
