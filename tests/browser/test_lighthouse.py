"""What Lighthouse says of the pages people meet first, on its phone; `pytest -s` prints the figures.

Performance is reported, best of three, and not bounded: on a shared machine it tells more of the neighbours.
"""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.shop import wait_until

PROGRAM = Path(__file__).parent / "node_modules" / ".bin" / "lighthouse"
KIB = 1024
PUBLIC = {"home": "/", "listing": "/products", "product": "/products/pitch-control-tee"}
PRIVATE = ("bag", "account", "order")
ROUNDS, TRIES = 3, 3

pytestmark = [pytest.mark.prove, pytest.mark.alone, pytest.mark.timeout(400)]


@pytest.fixture(autouse=True)
def drawn(live):
    """As the shop is after its first minute: every picture is there in AVIF too."""
    unmade = "SELECT id FROM picture WHERE id NOT IN (SELECT picture_id FROM rendition WHERE format = 'avif')"
    wait_until(lambda: not live.rows(unmade), 120)


def path_and_cookies(live, page):
    if page in PUBLIC:
        return PUBLIC[page], []
    if page == "account":
        return "/account", live.signed_in("member@nastymixx.example")
    if page == "bag":
        return "/cart", live.once("shopping", live.with_bag).cookies
    return live.once("paid", live.after_paying).order_path, []


def look(live, page, folder, categories):
    path, cookies = path_and_cookies(live, page)
    return report_on(live.url + path, cookies, folder, categories)


def report_on(url, cookies, folder, categories):
    flags = " ".join(f'"{one}"' if " " in one else one for one in ("--headless=new", *ARGUMENTS))
    headers = {"Cookie": "; ".join(f"{one['name']}={one['value']}" for one in cookies)} if cookies else {}
    command = [
        PROGRAM, url, "--output=json", f"--output-path={folder}/report.json", "--quiet",
        "--no-enable-error-reporting", f"--only-categories={','.join(categories)}",
        f"--extra-headers={json.dumps(headers)}", f"--chrome-flags={flags}",
    ]  # fmt: skip
    environment = os.environ | {"CHROME_PATH": CHROMIUM, "TMPDIR": str(folder)}
    for _ in range(TRIES):
        done = subprocess.run(command, env=environment, timeout=120, capture_output=True, text=True)
        if done.returncode == 0:
            break
        assert "Please run Lighthouse again" in done.stderr, done.stderr  # now and then it misses the page's begin
    report = json.loads((folder / "report.json").read_text())
    assert report.get("runtimeError") is None
    assert report["finalDisplayedUrl"] == url
    return report


def scores(report):
    return {name: round(100 * one["score"]) for name, one in report["categories"].items()}


def failed(report):
    """The audits of categories that count, and are not met."""
    counted = {ref["id"] for one in report["categories"].values() for ref in one["auditRefs"] if ref["weight"]}
    return {name for name in counted if report["audits"][name]["score"] not in (1, None)}


def number(report, audit):
    return report["audits"][audit]["numericValue"]


def parts_of(report):
    """The bytes of each part of the page, as they came over the wire."""
    return [part["transferSize"] for part in report["audits"]["network-requests"]["details"]["items"]]


def told(report):
    parts = parts_of(report)
    paints = "first paint {:.0f} ms, largest {:.0f} ms".format(
        *(number(report, f"{which}-contentful-paint") for which in ("first", "largest"))
    )
    score = scores(report)["performance"]
    return f"performance {score}, {paints}, {len(parts)} parts, {sum(parts) / KIB:.0f} KiB"


@pytest.mark.parametrize("page", [*PUBLIC, *PRIVATE])
def test_lighthouse_finds_nothing_to_mend_and_a_page_comes_in_few_small_parts(live, page, tmp_path):
    right = ["accessibility", "best-practices", *(["seo"] if page in PUBLIC else [])]
    reports = [look(live, page, tmp_path, ["performance", *right])]
    assert {name: score for name, score in scores(reports[0]).items() if name in right} == dict.fromkeys(right, 100), (
        failed(reports[0])
    )
    reports += [look(live, page, tmp_path, ["performance"]) for _ in range(ROUNDS - 1)]
    best = max(reports, key=lambda report: scores(report)["performance"])
    sys.stdout.write(f"\n{page}: {told(best)}, of {[scores(one)['performance'] for one in reports]}\n")
    for report in reports:
        assert number(report, "cumulative-layout-shift") <= 0.02
    parts = parts_of(best)
    assert len(parts) <= 20
    assert sum(parts) <= 200 * KIB


class Careless(BaseHTTPRequestHandler):
    """A page in no language, without a title."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><html><body><p>Words.<img src='/x.png'></body></html>")

    def log_message(self, *_):
        pass


def test_lighthouse_would_notice(tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Careless)
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        found = report_on(f"http://127.0.0.1:{server.server_port}/", [], tmp_path, ["accessibility"])
        server.shutdown()
    assert failed(found) >= {"html-has-lang", "document-title", "image-alt"}
