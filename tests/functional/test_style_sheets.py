"""Style sheets are sent without what only people read, and with everything that browsers do."""

import re

import pytest

from store import paths

SHEETS = sorted(path.name for path in (paths.STATIC / "css").glob("*.css"))


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_comes_without_comments_and_with_every_rule(shop, name):
    written = (paths.STATIC / "css" / name).read_text(encoding="utf-8")
    answer = shop.visitor().get(f"/static/css/{name}?v=1")
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(written.encode())
    assert "/*" not in answer.text
    bare = re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL)
    assert "".join(answer.text.split()) == "".join(bare.split())
    assert re.findall(r"\"[^\"]*\"", answer.text) == re.findall(r"\"[^\"]*\"", bare)  # not a letter of a string is lost


def test_a_sheet_that_is_known_is_not_sent_again(shop):
    client = shop.visitor()
    mark = client.get("/static/css/store.css").headers["ETag"]
    again = client.get("/static/css/store.css", headers={"If-None-Match": mark}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_other_files_are_sent_as_they_are(shop):
    script = (paths.STATIC / "js" / "shop.js").read_bytes()
    assert shop.visitor().get("/static/js/shop.js", buffered=True).data == script
