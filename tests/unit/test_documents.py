"""Sitemap, feed, robots.txt and security.txt, read back as those read them for whom they are written."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from store.storefront.feeds.documents import Entry, Place, feed, robots, security, sitemap, sitemap_index

MOMENT = datetime(2026, 11, 25, 13, 14, 15, 999999, UTC)
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
ENTRY = Entry(
    "tag:x,2026-11-25:product:1",
    "https://x/products/tee",
    "Tee & <b>",
    "“Line”\x0b\ud800",
    MOMENT,
    MOMENT,
    "https://x/p",
)


def test_a_sitemap_names_each_place_and_when_it_changed():
    root = ET.fromstring(sitemap([Place("https://x/?a=1&b=2", MOMENT), Place("https://x/terms")]))
    assert root.tag == f"{SITEMAP}urlset"
    told = [{child.tag.removeprefix(SITEMAP): child.text for child in url} for url in root]
    assert told == [{"loc": "https://x/?a=1&b=2", "lastmod": "2026-11-25T13:14:15Z"}, {"loc": "https://x/terms"}]


def test_an_index_names_its_parts():
    root = ET.fromstring(sitemap_index([Place("https://x/sitemap-1.xml", MOMENT)]))
    assert (root.tag, root[0].tag) == (f"{SITEMAP}sitemapindex", f"{SITEMAP}sitemap")
    assert [child.text for child in root[0]] == ["https://x/sitemap-1.xml", "2026-11-25T13:14:15Z"]


def test_a_feed_has_what_atom_requires_and_nothing_that_xml_cannot_hold():
    root = ET.fromstring(feed("NASTYMIXX", "https://x/products", "https://x/feed", [ENTRY]))
    assert root.tag == f"{ATOM}feed"
    assert {child.tag.removeprefix(ATOM) for child in root} == {"id", "title", "updated", "author", "link", "entry"}
    entry = root.find(f"{ATOM}entry")
    text = {child.tag.removeprefix(ATOM): child.text for child in entry if child.text}
    assert text == {
        "id": "tag:x,2026-11-25:product:1", "title": "Tee & <b>", "published": "2026-11-25T13:14:15Z",
        "updated": "2026-11-25T13:14:15Z", "summary": "“Line”",
    }  # fmt: skip
    links = {link.get("rel"): link.get("href") for link in entry.iter(f"{ATOM}link")}
    assert links == {"alternate": "https://x/products/tee", "enclosure": "https://x/p"}
    assert root.find(f"{ATOM}author/{ATOM}name").text == "NASTYMIXX"
    assert root.find(f"{ATOM}title").text == "NASTYMIXX: new in the catalog"


def test_a_feed_of_nothing_is_a_feed():
    root = ET.fromstring(feed("NASTYMIXX", "https://x/products", "https://x/feed", []))
    assert root.find(f"{ATOM}updated").text == "1970-01-01T00:00:00Z"


def test_robots_are_told_what_to_leave_alone_and_where_the_sitemap_is():
    text = robots("https://x/sitemap.xml", ["/cart", "/admin"])
    assert text == "User-agent: *\nDisallow: /cart\nDisallow: /admin\n\nSitemap: https://x/sitemap.xml\n"


def test_security_txt_is_good_for_half_a_year_and_never_for_more_than_one():
    said = [
        "Contact: mailto:ops@x.org", "Expires: 2027-06-01T00:00:00Z", "Preferred-Languages: en", "Canonical: https://x/s",
    ]  # fmt: skip
    assert security("ops@x.org", "https://x/s", MOMENT).splitlines() == said
    assert security("mailto:ops@x.org", "https://x/s", MOMENT).splitlines() == said
    december = security("https://x/report", "https://x/s", datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert december.splitlines()[:2] == ["Contact: https://x/report", "Expires: 2027-07-01T00:00:00Z"]
    may = security("ops@x.org", "https://x/s", datetime(2026, 5, 1, tzinfo=UTC))
    assert "Expires: 2026-12-01T00:00:00Z" in may
