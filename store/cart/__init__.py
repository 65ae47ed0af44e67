"""Bags: what somebody means to buy. Nothing in them is reserved, and no price in them is believed."""
