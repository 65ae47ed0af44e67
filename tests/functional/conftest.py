"""What tests of pages share: who works on the catalogue and on refunds, and a shop that counts statements alike."""

import pytest

from store.actors import Role
from tests.functional.staff_forms import TEE, made
from tests.shop import token


@pytest.fixture
def rosa(shop):
    return shop.staff(Role.REFUNDS)


@pytest.fixture
def kim(shop):
    return shop.staff(Role.CATALOG)


@pytest.fixture
def tee(shop, kim):
    return made(kim.post("/admin/products", data=TEE | {"form_token": token()}))


@pytest.fixture
def remembered(monkeypatch):
    """What pages have around their content is read once, however slow the machine is."""
    monkeypatch.setattr("store.storefront.navigation.KEEP_SECONDS", 3600)
