"""Imports every module that defines tables, so that `Base.metadata` is whole."""

from __future__ import annotations

import store.audit.models
import store.cart.models
import store.catalog.models
import store.catalog.search.models
import store.fulfilment.models
import store.jobs.models
import store.media.models
import store.members.models
import store.orders.models
import store.payments.disputes.models
import store.payments.ledger.models
import store.payments.models
import store.payments.reconciling.models
import store.payments.refunds.models
import store.pricing.models
import store.stock.models
import store.web.api.models  # noqa: F401
from store.db import Base

metadata = Base.metadata
