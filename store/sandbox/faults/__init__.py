"""Misbehavior on request: calls that fail and deliveries that go astray, each repeatable from a seed."""
