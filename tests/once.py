"""What a test process works out once where each of its shops would do so again: the code of templates and addresses.

An app is made once in a process that sells, and once a test here: compiling would take a third of what pages cost.
Passwords are hashed cheaply besides, where a test does not ask how they are hashed, and Stripe's library does not pause
before it asks again.
"""

from __future__ import annotations

from types import CodeType

import stripe
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class InMemory(BytecodeCache):
    """The code of each template as its source is now."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = InMemory()
BUILDERS: dict[tuple, object] = {}
compile_builder = Rule._compile_builder


def compile_builder_once(rule: Rule, append_unknown: bool = True):
    """The function that writes an address: it is given its rule, and else depends on the rule's text."""
    if rule.defaults:
        return compile_builder(rule, append_unknown)
    key = (rule.subdomain, rule.host, rule.rule, append_unknown)
    if key not in BUILDERS:
        BUILDERS[key] = compile_builder(rule, append_unknown)
    return BUILDERS[key]


PARSED: dict[tuple, tuple] = {}
parse = Rule.compile


def parse_once(rule: Rule) -> None:
    """What an address consists of depends on its text, and on which kinds of parts the map knows."""
    key = (rule.subdomain, rule.host, rule.rule, rule.merge_slashes, *sorted(rule.map.converters))
    if key not in PARSED:
        parse(rule)
        PARSED[key] = (rule._parts, rule._trace, rule._converters, frozenset(rule.arguments))
        return
    rule._parts, rule._trace, rule._converters, arguments = PARSED[key]
    rule.arguments |= arguments
    rule._build = rule._compile_builder(False).__get__(rule, None)
    rule._build_unknown = rule._compile_builder(True).__get__(rule, None)


Rule.compile = parse_once
Rule._compile_builder = compile_builder_once
stripe.HTTPClient.INITIAL_DELAY = 0.01


def share(app: Flask) -> None:
    """Let this app have what others have worked out."""
    app.jinja_env.bytecode_cache = TEMPLATES


def hash_cheaply(app: Flask) -> None:
    app.extensions["security"].pwd_context.update(argon2__memory_cost=64)
