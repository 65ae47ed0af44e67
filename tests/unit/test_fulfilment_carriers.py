from urllib.parse import urlsplit

import pytest

from store.fulfilment.carriers import CARRIERS, tracking_url

HOSTS = {
    "USPS": "tools.usps.com",
    "UPS": "www.ups.com",
    "FedEx": "www.fedex.com",
    "DHL": "www.dhl.com",
    "Royal Mail": "www.royalmail.com",
    "Canada Post": "www.canadapost-postescanada.ca",
}


def test_every_carrier_we_offer_has_its_page():
    assert set(CARRIERS) == set(HOSTS)


@pytest.mark.parametrize("carrier", HOSTS)
def test_a_number_leads_to_the_carriers_own_page(carrier):
    url = tracking_url(carrier, "9400 1000/ä&x=1#\"'<>")
    assert (urlsplit(url).scheme, urlsplit(url).netloc) == ("https", HOSTS[carrier])
    assert url.endswith("9400%201000%2F%C3%A4%26x%3D1%23%22%27%3C%3E")


@pytest.mark.parametrize(("carrier", "tracking"), [("A friend with a van", "12"), ("usps", "12"), ("USPS", "")])
def test_without_a_page_or_a_number_there_is_no_link(carrier, tracking):
    assert tracking_url(carrier, tracking) is None
