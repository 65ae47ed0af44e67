"""Where somebody may be led back to after signing in: a page of ours, and nothing a browser takes for another site."""

import pytest

from store.web.forms import own_path


@pytest.mark.parametrize(
    "path", ["/", "/account", "/admin/orders?state=to_pack&q=NM-7K4Q", "/products/łódź", "/a//b", "/%2F%2Fevil"]
)
def test_our_own_pages_are_kept_as_they_are(path):
    assert own_path(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        None, "", " /account", "account", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "/\n/evil.example", "https://evil.example", "https:evil.example", "http://a@evil.example",
        "javascript:alert(1)", "data:text/html,x", "/a\\b", "/a b", "/a\0b", "/" + "a" * 2000,
    ],
)  # fmt: skip
def test_anything_else_is_nowhere(elsewhere):
    assert own_path(elsewhere) == ""
