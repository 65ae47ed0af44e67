"""What every answer carries, whatever its status."""

import gzip
import re

from store import paths
from store.settings import load
from store.web.headers import policy

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'"
)
PRODUCTION = {
    "store_env": "production", "secret_key": "k" * 48, "public_url": "https://shop.nastymixx.org", "rate_limits": "on",
    "stripe_secret_key": "sk_live_1", "stripe_api_base": "", "smtp_url": "smtp://mail.nastymixx.org",
    "mail_from": "shop@nastymixx.org",
}  # fmt: skip


def test_the_policy_lets_in_our_own_files_and_forms_out_to_stripe_alone():
    assert policy(load({}, **PRODUCTION, stripe_webhook_secret="whsec_1")) == POLICY.format(
        "https://checkout.stripe.com"
    )
    assert policy(load({})) == POLICY.format("http://127.0.0.1:8001")
    with_key = load({}, stripe_secret_key="sk_test_1", stripe_webhook_secret="whsec_1")
    assert policy(with_key) == POLICY.format("https://checkout.stripe.com")


def answers(shop, monkeypatch):
    """One answer of every kind and status."""
    tee = shop.make_item()
    client = shop.visitor_with(tee)
    picture = shop.show_picture(tee)

    def ask(path, method="GET", **more):
        return client.open(path, method=method, buffered=True, **more)

    sheet = "/static/css/store.css"
    yield "home", ask("/")
    yield "bag", ask("/cart")
    yield "text", ask("/healthz")
    yield "robots", ask("/robots.txt")
    yield "file", ask(sheet)
    yield "picture", ask(f"/media/{picture}")
    yield "head", ask("/products", "HEAD")
    yield "options", ask("/checkout", "OPTIONS")
    yield "303", ask("/cart/lines", "POST", data={"variant": tee})
    yield "304", ask(sheet, headers={"If-None-Match": ask(sheet).headers["ETag"]})
    yield "400", ask("/webhooks/stripe", "POST", data="{}")
    yield "400 host", ask("/", headers={"Host": "evil.example"})
    yield "403", ask("/checkout", "POST", headers={"Sec-Fetch-Site": "cross-site"})
    yield "404", ask("/nothing")
    yield "404 file", ask("/static/nothing.css")
    yield "404 picture", ask("/media/x/y")
    yield "405", ask("/cart/lines")
    yield "409", ask("/cart/lines", "POST", data={"variant": tee, "quantity": "50"})
    yield "413", ask("/checkout", "POST", data={"name": "x" * 300_000})
    yield "416", ask(sheet, headers={"Range": "bytes=99999999-"})
    yield "422", ask("/checkout", "POST")
    monkeypatch.setattr("store.storefront.repository.list_newest", lambda *_, **__: 1 / 0)
    yield "kept", ask("/")
    yield "kept 304", ask("/", headers={"If-None-Match": ask("/").headers["ETag"]})
    shop.make_item()
    yield "500", ask("/")


KEPT = {
    "home": "public, no-cache", "kept": "public, no-cache", "kept 304": "public, no-cache",
    "head": "public, no-cache", "robots": "public, no-cache", "file": "no-cache",
    "304": "no-cache", "picture": "public, max-age=31536000, immutable",
}  # fmt: skip
"""What may be kept, and how; everything else is `no-store`."""


def test_every_answer_is_defended_and_only_what_is_everybodys_may_be_kept(shop, monkeypatch):
    whole = policy(shop.settings)
    for name, answer in answers(shop, monkeypatch):
        status = name.removeprefix("kept ").split()[0]
        assert not status.isdigit() or answer.status_code == int(status), name
        for header, value in FIXED.items():
            assert answer.headers.getlist(header) == [value], (name, header)
        said = "default-src 'none'; style-src 'unsafe-inline'; sandbox" if name == "picture" else whole
        assert answer.headers.getlist("Content-Security-Policy") == [said], name
        assert answer.headers.getlist("Cache-Control") == [KEPT.get(name, "no-store")], name
        assert not {"Access-Control-Allow-Origin", "X-Powered-By"} & set(dict(answer.headers)), name


def test_a_file_with_its_digest_may_be_kept_for_a_year(shop):
    page = shop.visitor().get("/").text
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    answer = shop.visitor().get(address, buffered=True)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_page_never_grants_another_site_anything(shop):
    for origin in ("https://evil.example", "null", "http://sub.localhost"):
        answer = shop.visitor().get("/products", headers={"Origin": origin})
        assert "Access-Control" not in str(answer.headers)


def test_browsers_are_held_to_https_where_the_shop_has_it(open_shop):
    secure = open_shop(public_url="https://localhost")
    said = secure.visitor().get("/").headers["Strict-Transport-Security"]
    assert said == "max-age=63072000; includeSubDomains"


def test_browsers_are_not_held_to_https_where_the_shop_has_none(shop):
    assert "Strict-Transport-Security" not in shop.visitor().get("/").headers


def test_a_host_that_is_not_ours_is_400_and_is_linked_nowhere(open_shop):
    shop = open_shop(**PRODUCTION)
    for host in (
        "evil.example",
        "shop.nastymixx.org.evil.example",
        "127.0.0.1",
        "shop.nastymixx.org@evil.example",
        "a b",
    ):
        for path in ("/", "/cart", "/nothing", "/static/css/store.css", "/healthz"):
            answer = shop.visitor().get(path, base_url="https://shop.nastymixx.org", headers={"Host": host})
            assert (answer.status_code, host in answer.text) == (400, False), (host, path)
    answer = shop.visitor().get("/", base_url="https://shop.nastymixx.org")
    assert answer.status_code == 200


def test_no_header_of_a_stranger_moves_our_links(shop):
    plain = shop.visitor().get("/products").text
    for header in (
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Scheme",
        "X-Original-URL",
        "Forwarded",
        "X-Host",
    ):
        answer = shop.visitor().get("/products", headers={header: "evil.example"})
        assert (answer.status_code, answer.text) == (200, plain)


def test_in_production_there_is_no_page_of_kept_mails(open_shop):
    shop = open_shop(**PRODUCTION)
    assert shop.visitor().get("/dev/mail", base_url="https://shop.nastymixx.org").status_code == 404


def test_style_sheets_come_without_the_remarks_of_those_who_write_them(shop):
    sheets = ("css/store.css", "css/admin.css")
    for name in sheets:
        written = (paths.STATIC / name).read_text(encoding="utf-8")
        sent = shop.visitor().get(f"/static/{name}?v=1")
        assert "/*" in written
        assert "/*" not in sent.text
        assert "\n " not in sent.text
        assert re.sub(r"\s", "", sent.text) == re.sub(r"\s", "", re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL))
        assert int(sent.headers["Content-Length"]) == len(sent.data)
        again = shop.visitor().get(f"/static/{name}?v=1", headers={"If-None-Match": sent.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        again.close()


def test_text_is_sent_packed_to_those_who_take_it_so(shop):
    for name, kind in (("css/store.css", "text/css"), ("js/shop.js", "text/javascript"), ("favicon.svg", "image/svg")):
        plain = shop.visitor().get(f"/static/{name}")
        packed = shop.visitor().get(f"/static/{name}", headers={"Accept-Encoding": "br, gzip"})
        for answer in (plain, packed):
            assert answer.headers["Content-Type"].startswith(kind)
            assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["ETag"] != plain.headers["ETag"]
    picture = shop.visitor().get("/static/fonts/archivo-var-latin.woff2", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in picture.headers
    picture.close()
