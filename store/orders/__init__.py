"""Checkouts (what somebody is about to pay) and orders (what somebody has paid), with their lifecycles."""
