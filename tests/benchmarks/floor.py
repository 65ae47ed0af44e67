"""The floor: what this machine can do at best with Flask, raw SQL and nothing of a shop.

The same bytes as the shop's pages, from the same database, without an ORM, forms, a bag, or a layout shared by pages.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
import threading

import psycopg
from flask import Flask, request
from jinja2 import Environment

URL = os.environ["FLOOR_DATABASE"]
BYTES = json.loads(os.environ["FLOOR_BYTES"])
SECRET = os.environ["FLOOR_SECRET"].encode()
PRODUCT = "SELECT id, slug, number, title, line, description FROM product WHERE slug = 'pitch-control-tee'"
VARIANTS = """SELECT variant.id, sku, label, amount, on_hand - reserved FROM variant
    JOIN variant_price ON variant_price.variant_id = variant.id JOIN stock_level ON stock_level.variant_id = variant.id
    WHERE product_id = {id} ORDER BY position"""
PICTURES = """SELECT alt, key, rendition.width, rendition.height FROM product_picture
    JOIN rendition ON rendition.picture_id = product_picture.picture_id WHERE product_id = {id}"""
LISTING = """SELECT product.id, slug, number, title, line, MIN(amount) FROM product
    JOIN variant ON variant.product_id = product.id JOIN variant_price ON variant_price.variant_id = variant.id
    WHERE status = 'active' GROUP BY product.id, slug, number, title, line ORDER BY product.id DESC LIMIT 24"""
TEMPLATE = """<h1>{{ product[3] }}</h1><p>{{ product[4] }}</p>{% for row in rows %}<p>{{ row[1] }} {{ row[2] }} {{ row[3] }}</p>
{% endfor %}{% for row in pictures %}<img src="{{ row[1] }}" alt="{{ row[0] }}">{% endfor %}{{ padding }}"""

app = Flask(__name__)
environment = Environment(autoescape=True)
template = environment.from_string(TEMPLATE)
local = threading.local()


def database():
    if not hasattr(local, "connection"):
        if URL.startswith("sqlite"):
            local.connection = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None)
            local.connection.execute("PRAGMA synchronous=FULL")
            local.connection.execute("PRAGMA busy_timeout=5000")
        else:
            local.connection = psycopg.connect(URL.replace("+psycopg", ""), autocommit=True)
    return local.connection


def padded(html, kind):
    return html + "x" * max(0, BYTES[kind] - len(html.encode()))


@app.get("/constant")
def constant():
    return "ok"


@app.get("/product")
def product():
    db = database()
    found = db.execute(PRODUCT).fetchone()
    rows = db.execute(VARIANTS.format(id=found[0])).fetchall()
    pictures = db.execute(PICTURES.format(id=found[0])).fetchall()
    return padded(template.render(product=found, rows=rows, pictures=pictures), "product")


@app.get("/listing")
def listing():
    rows = database().execute(LISTING).fetchall()
    return padded(template.render(product=rows[0], rows=rows), "listing")


@app.post("/webhook")
def webhook():
    body = request.get_data()
    parts = dict(part.split("=") for part in request.headers["Stripe-Signature"].split(","))
    signed = hmac.new(SECRET, f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signed, parts["v1"]):
        return "no", 400
    mark = "?" if URL.startswith("sqlite") else "%s"
    database().execute(f"INSERT INTO floor_event (id, body) VALUES ({mark}, {mark})", (json.loads(body)["id"], body))
    return "ok"
