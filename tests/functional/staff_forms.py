"""The forms of the catalogue's staff pages, filled in as a browser would."""

import io
import itertools
import re

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.integration.drawings import png

TEE = {
    "title": "Pitch Control Tee", "line": "The scale down the spine.", "number": "041", "kind": "physical",
    "label-0": "Fiber", "text-0": "100% cotton", "name-0": "Color", "values-0": "Black, Bone",
    "name-1": "Size", "values-1": "S, M, L, XL, 2XL, 3XL", "price": "34", "weight": "210", "customs": "6109.10",
}  # fmt: skip


def made(answer):
    assert answer.status_code == 303, answer.text
    return int(re.search(r"/(\d+)\?", answer.location)[1])


def form_of(client, path, action):
    """The fields of one form as a browser would send them, nothing changed."""
    page = client.get(path).text
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S)[0]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind, name = value(tag, "type"), value(tag, "name")
        if name and kind not in ("file", "submit") and (kind not in ("checkbox", "radio") or "checked" in tag):
            fields[name] = value(tag, "value")
    fields |= {
        name: text.strip("\n")
        for name, text in re.findall(r'<textarea[^>]*name="(.+?)".*?>(.*?)</textarea>', form, re.S)
    }
    return fields


def value(tag, attribute):
    found = re.search(rf'\s{attribute}="(.*?)"', tag, re.S)
    return found[1] if found else ""


def send(client, product_id, section, **change):
    path = f"/admin/products/{product_id}"
    return client.post(f"{path}/{section}", data=form_of(client, path, f"{path}/{section}") | change)


def add(client, product_id, *sources, **about):
    path = f"/admin/products/{product_id}"
    data = form_of(client, path, f"{path}/pictures") | about
    names = (f"../../{n}.php.png" for n in itertools.count())
    data["pictures"] = [FileStorage(io.BytesIO(source), next(names)) for source in sources]
    boundary, body = encode_multipart(data)
    return client.post(f"{path}/pictures", data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def ids(shop, table="variant"):
    return [row[0] for row in shop.rows(f"SELECT id FROM {table} ORDER BY id")]


def published(shop, client, product_id):
    assert add(client, product_id, png(), **{"alt-new": "A tee, flat."}).status_code == 303
    assert send(client, product_id, "publishing", action="now").status_code == 303
