"""Who may do what: every route with every method, frozen. A route without a row fails.

So far there is only the anonymous visitor without a bag; members, roles and tokens become columns when they come.
"""

FORM_REFUSED, NOT_THERE, TO_THE_BAG = 422, 404, 303
ANONYMOUS = {
    ("GET", "/"): 200,
    ("GET", "/cart"): 200,
    ("POST", "/cart/lines"): FORM_REFUSED,
    ("POST", "/cart/lines/<id:line_id>"): FORM_REFUSED,
    ("GET", "/checkout"): TO_THE_BAG,
    ("POST", "/checkout"): TO_THE_BAG,
    ("GET", "/checkout/again/<checkout_id>"): NOT_THERE,
    ("POST", "/checkout/again/<checkout_id>"): NOT_THERE,
    ("GET", "/checkout/cancel"): NOT_THERE,
    ("POST", "/checkout/cancel"): NOT_THERE,
    ("GET", "/checkout/resume"): NOT_THERE,
    ("GET", "/checkout/success"): 200,
    ("GET", "/collections/<slug>"): NOT_THERE,
    ("GET", "/dev/mail"): 200,
    ("GET", "/dev/mail/<message_id>"): NOT_THERE,
    ("GET", "/dev/mail/<message_id>/html"): NOT_THERE,
    ("GET", "/healthz"): 200,
    ("GET", "/media/<digest>/<name>"): NOT_THERE,
    ("GET", "/o/<link>"): NOT_THERE,
    ("GET", "/privacy"): 200,
    ("GET", "/products"): 200,
    ("GET", "/products/<slug>"): NOT_THERE,
    ("GET", "/readyz"): 200,
    ("GET", "/returns"): 200,
    ("GET", "/robots.txt"): 200,
    ("GET", "/static/<path:filename>"): NOT_THERE,
    ("GET", "/terms"): 200,
    ("POST", "/webhooks/stripe"): 400,
}
"""What a stranger's request for something that exists for nobody, or for somebody else, is answered."""


def routes(app):
    return {
        (method, rule.rule): rule
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }  # fmt: skip


def test_every_route_has_its_row(shop):
    assert set(routes(shop.app)) == set(ANONYMOUS)


def test_a_stranger_is_answered_as_the_table_says(shop):
    adapter = shop.app.url_map.bind("127.0.0.1")
    for (method, pattern), rule in routes(shop.app).items():
        values = {name: "1" if name == "line_id" else "nobodys" for name in rule.arguments}
        answer = shop.visitor().open(adapter.build(rule.endpoint, values, method), method=method)
        assert answer.status_code == ANONYMOUS[method, pattern], (method, pattern)
        if method == "GET" and answer.status_code != 404:
            head = shop.visitor().head(adapter.build(rule.endpoint, values, method))
            assert (head.status_code, head.data) == (answer.status_code, b""), pattern
