"""Who carries parcels, and where each tells how far one is. Pure.

The addresses are the carriers' own public tracking pages; `{}` stands for the number.
"""

from __future__ import annotations

from urllib.parse import quote

_TRACKING_PAGES = {
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "UPS": "https://www.ups.com/track?tracknum={}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "DHL": "https://www.dhl.com/us-en/home/tracking.html?tracking-id={}",
    "Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    "Canada Post": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
}
CARRIERS = tuple(_TRACKING_PAGES)
"""Those we know a tracking page of, as people call them; a parcel may go with any other too."""


def tracking_url(carrier: str, tracking: str) -> str | None:
    """The carrier's page about a parcel; None when we know none, or there is no number."""
    page = _TRACKING_PAGES.get(carrier)
    return page.format(quote(tracking, safe="")) if page and tracking else None
