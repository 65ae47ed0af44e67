"""Who works on the catalogue and on refunds in tests of their pages."""

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
