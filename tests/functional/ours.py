"""What tests of refusals look for."""

from markupsafe import escape

QUANTITIES = ["0", "-1", "+1", "1.5", "1e3", "１", "one", "100", str(2**31), str(2**63), str(2**63 - 1), "9" * 5000]


def assert_page(answer, status, *sentences):
    """The answer is a page of ours with this status, and says all this."""
    assert answer.status_code == status, answer.request.path
    assert answer.content_type == "text/html; charset=utf-8"
    assert '<a class="logo"' in answer.text
    for sentence in sentences:
        assert str(escape(sentence)) in answer.text


def bags(shop):
    """All lines of all bags: (bag, variant, quantity)."""
    return shop.rows("SELECT cart_id, variant_id, quantity FROM cart_line ORDER BY id")


def everything(shop):
    """All that a visitor's request could have changed."""
    return shop.counts(), bags(shop), shop.rows("SELECT variant_id, on_hand, reserved FROM stock_level ORDER BY 1")


def sample(rule):
    """A value for each part of an address: a row's id, one of our files, or a name that nothing has."""
    kinds = {"RowId": "1", "PathConverter": "css/store.css"}
    converters = rule._converters
    return {name: kinds.get(type(converters[name]).__name__, "x") for name in rule.arguments}
