"""Puts the store together; decides nothing itself."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from flask import Flask

from store import cli, paths
from store.admin import views as admin_views
from store.admin.attention import api as admin_attention_api
from store.admin.attention import views as admin_attention_views
from store.admin.checkouts import views as admin_checkout_views
from store.admin.collections import views as admin_collection_views
from store.admin.events import api as admin_event_api
from store.admin.events import views as admin_event_views
from store.admin.history import views as admin_history_views
from store.admin.jobs import views as admin_job_views
from store.admin.ledger import api as admin_ledger_api
from store.admin.ledger import views as admin_ledger_views
from store.admin.orders import api as admin_order_api
from store.admin.orders import views as admin_orders_views
from store.admin.pairings import views as admin_pairing_views
from store.admin.payments import views as admin_payment_views
from store.admin.products import api as admin_product_api
from store.admin.products import views as admin_product_views
from store.admin.refunds import views as admin_refund_views
from store.admin.repairs import views as admin_repair_views
from store.admin.sound import views as admin_sound_views
from store.admin.staff import views as staff_views
from store.admin.stock import api as admin_stock_api
from store.admin.stock import views as admin_stock_views
from store.audit import chain, dead_jobs, history
from store.cart import api as cart_api
from store.cart import repository as carts
from store.cart import views as cart_views
from store.cart.service import forget_empty
from store.catalog.edition import Editions
from store.catalog.repository import has_been_public
from store.catalog.sweeping import CatalogSweeper
from store.catalog.writing import Catalog, Ties
from store.checkout import api as checkout_api
from store.checkout import views as checkout_views
from store.checkout.service import Checkouts
from store.clock import Clock, utc_now
from store.db import Database
from store.fulfilment import carriers
from store.fulfilment.mails import ShipmentMails
from store.jobs.worker import Scheduled, Worker
from store.mail import views as mail_views
from store.mail.service import Mailer
from store.media import views as media_views
from store.media.service import Pictures
from store.media.sound import Clips
from store.media.storage import open_storage
from store.members import security as members
from store.members import views as member_views
from store.members.mails import MemberMails
from store.members.service import purge_sessions
from store.ops import health
from store.ops.demo.load import is_loaded
from store.ops.verifying import Verifying
from store.orders import api as order_api
from store.orders import repository as orders
from store.orders import views as order_views
from store.orders.mails import OrderMails
from store.payments import views as payment_views
from store.payments.event_jobs import EventJobs
from store.payments.gateway import IN_JOB, IN_REQUEST, Gateway, Pace
from store.payments.ledger.closing import Closing
from store.payments.ledger.noting import READ_ONE
from store.payments.ledger.service import Books
from store.payments.reach import PacedWatch, Watch
from store.payments.reconciling.service import Reconciler
from store.payments.refunds.mails import RefundMails
from store.payments.refunds.sending import RefundSender
from store.payments.refunds.service import Refunds
from store.payments.service import Payments
from store.payments.sweeping import Sweeper
from store.settings import Settings, load
from store.stock import repository as stock
from store.storefront import api as storefront_api
from store.storefront import views as storefront_views
from store.storefront.components import views as component_views
from store.storefront.feeds import views as feed_views
from store.storefront.navigation import Navigation
from store.web import assets, cookies, current, errors, headers, limits, origin, routing, words
from store.web.api import API, callers, replays
from store.web.api import document as api_document
from store.web.front import Front
from store.web.pages import Pages

SCHEDULE = (
    Scheduled("sweep", "* * * * *"),
    Scheduled("reconcile", "*/5 * * * *"),
    Scheduled("compare", "47 2 * * *"),
    Scheduled("tell_of_unsent_refunds", "*/5 * * * *"),
    Scheduled("verify", "27 * * * *"),
    Scheduled("compare_clocks", "7 * * * *"),
    Scheduled("read_balance", "7 3 * * *"),
    Scheduled("close_days", "37 3 * * *"),
    Scheduled("forget_bodies", "23 4 * * *"),
    Scheduled("purge_sessions", "41 4 * * *"),
    Scheduled("forget_replays", "43 4 * * *"),
    Scheduled("forget_bags", "47 4 * * *"),
    Scheduled("sweep_catalog", "31 4 * * *"),
)

APIS = (
    storefront_api,
    cart_api,
    checkout_api,
    order_api,
    admin_product_api,
    admin_stock_api,
    admin_order_api,
    admin_ledger_api,
    admin_attention_api,
    admin_event_api,
)
"""The modules whose `calls` answer programs, below /api/v1."""

PAGES = (
    storefront_views,
    feed_views,
    cart_views,
    checkout_views,
    order_views,
    payment_views,
    media_views,
    admin_product_views,
    admin_sound_views,
    admin_pairing_views,
    admin_collection_views,
    member_views,
    admin_views,
    admin_attention_views,
    admin_payment_views,
    admin_checkout_views,
    admin_event_views,
    admin_job_views,
    staff_views,
    admin_orders_views,
    admin_refund_views,
    admin_stock_views,
    admin_ledger_views,
    admin_repair_views,
    admin_history_views,
    health,
    api_document,
)
"""The modules whose `blueprint` answers requests."""


def create_app(settings: Settings | None = None, clock: Clock = utc_now) -> Flask:
    """The shop as a WSGI application. Raises BadSettings when it cannot be run like this."""
    settings = settings or load()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)  # it tells who it has refused
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of its context at every look
    app = Flask("store", root_path=str(paths.PACKAGE), template_folder=str(paths.TEMPLATES))
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=256 * 1024, MAX_FORM_PARTS=200)
    app.config["TRUSTED_HOSTS"] = _hosts(settings)
    db = Database(settings.database_url, {history.KEY: chain.key_of(settings.secret_key)})
    payments_now = _payments(settings, db, clock, IN_REQUEST)
    app.extensions.update(
        settings=settings,
        clock=clock,
        db=db,
        payments=payments_now,
        checkouts=Checkouts(payments_now, settings),
        refunds=Refunds(payments_now),
        storage=open_storage(settings.storage_url),
        mailer=Mailer(settings, _renderer(app), clock, settings.var / "mail"),
    )
    app.extensions["make_worker"] = partial(make_worker, app)
    app.extensions["make_jobs_payments"] = partial(_payments, settings, db, clock, IN_JOB)
    app.extensions["pictures"] = Pictures(db, app.extensions["storage"])
    app.extensions["clips"] = Clips(app.extensions["storage"])
    ties = Ties((stock.ever_moved, orders.ever_ordered), (carts.drop_variants, stock.forget_levels))
    app.extensions["catalog"] = Catalog(db, settings.store_currency, ties)
    app.extensions["media_is_public"] = has_been_public
    _pages(app, settings, clock)
    _accounts(app, settings, db, clock)
    cli.register(app)
    if settings.page_cache_megabytes:
        pages = Pages(settings.page_cache_megabytes * 2**20)
        app.wsgi_app = Front(app, settings, Editions(db, clock, settings.zone).current, pages)  # type: ignore[method-assign]
    return app


def make_worker(app: Flask) -> Worker:
    """The worker of an app: each kind of job with what does it."""
    settings, clock, db = app.extensions["settings"], app.extensions["clock"], app.extensions["db"]
    mails = OrderMails(db, app.extensions["mailer"], settings)
    patient = _payments(settings, db, clock, IN_JOB)
    events, refunds = EventJobs(patient), RefundSender(patient)
    refund_mails = RefundMails(db, app.extensions["mailer"], settings)
    books, reconciler = Books(patient), Reconciler(patient)
    handlers = {
        "member_mail": MemberMails(db, app.extensions["mailer"], settings, app.extensions["credentials"]).send,
        "order_confirmation": mails.confirm,
        "payment_on_its_way": mails.payment_on_its_way,
        "payment_failed": mails.payment_failed,
        "order_canceled": mails.canceled,
        "order_shipped": ShipmentMails(db, app.extensions["mailer"], settings).shipped,
        "refund_made": refund_mails.made,
        "refund_failed": refund_mails.failed,
        "send_refund": refunds.send_job,
        "list_refunds": refunds.list_job,
        "tell_of_unsent_refunds": refunds.tell_of_unsent,
        "sweep": Sweeper(patient).sweep,
        "reconcile": reconciler.reconcile_job,
        "compare": reconciler.compare_job,
        "verify": Verifying(db, clock).verify,
        "compare_clocks": lambda _job: patient.compare_clocks(),
        READ_ONE: books.read_one,
        "read_balance": books.read_all,
        "close_days": Closing(db, clock).close_days,
        "find_owner": events.find_owner,
        "read_again": events.read_again,
        "retry_event": events.retry,
        "forget_bodies": events.forget_bodies,
        "purge_sessions": lambda _job: purge_sessions(db, clock()),
        "forget_bags": lambda _job: forget_empty(db, clock()),
        "forget_replays": lambda _job: replays.forget(db, clock()),
        "sweep_catalog": CatalogSweeper(app.extensions["catalog"], app.extensions["pictures"], clock).sweep,
        "make_avif": app.extensions["pictures"].make_avif,
    }
    return Worker(db, clock, handlers, SCHEDULE, ("make_avif",), dead_jobs.tell, dead_jobs.settle)


def _payments(settings: Settings, db: Database, clock: Clock, pace: Pace) -> Payments:
    """Stripe as people's requests ask it, or as jobs do: those wait for their turn."""
    watch = PacedWatch(db, clock, settings.stripe_calls_per_second) if pace is IN_JOB else Watch(db, clock)
    secrets = settings.webhook_secrets
    gateway = Gateway(settings.stripe_secret_key, settings.stripe_api_base, secrets, clock, pace, watch)
    return Payments(db, gateway, clock)


def _pages(app: Flask, settings: Settings, clock: Clock) -> None:
    routing.register(app)
    current.register(app)
    headers.register(app, settings)
    origin.register(app)
    callers.register(app)
    limits.register(app, settings)
    errors.register(app)
    assets.register(app)
    words.teach(app.jinja_env, settings.zone)
    app.jinja_env.globals["tracking_url"] = carriers.tracking_url  # orders/ stands below fulfilment/, its pages do not
    for views in PAGES:
        app.register_blueprint(views.blueprint)
    for api in APIS:
        app.register_blueprint(api.calls, url_prefix=API)
    app.extensions["api_calls"] = tuple(api.calls for api in APIS)
    if not settings.in_production:
        app.register_blueprint(component_views.blueprint)
    if not settings.in_production and not settings.smtp_url:
        app.register_blueprint(mail_views.blueprint)
    navigation = Navigation(app.extensions["db"], lambda: storefront_views.terms_of(settings, clock()), is_loaded)
    app.extensions["navigation"] = navigation
    app.jinja_env.globals.update(
        shop_name=settings.shop_name, public_url=settings.public_url, packing_days=settings.packing_days
    )
    app.context_processor(lambda: navigation.context(current.edition()))


def _accounts(app: Flask, settings: Settings, db: Database, clock: Clock) -> None:
    """Accounts, and what stands above them and follows when somebody signs in or proves an address."""
    datastore = members.install(app, settings, db, clock)
    datastore.when_proven.append(orders.claim)
    app.extensions["at_sign_in"].append(checkout_views.bring_along)
    app.extensions["at_sign_out"].append(cookies.forget_count)


def _renderer(app: Flask) -> Any:  # noqa: ANN401 - the Render of mail.service
    def render(name: str, context: dict[str, Any]) -> str:
        own = {"shop_name": app.extensions["settings"].shop_name}
        return app.jinja_env.get_template(name).render(own | context)

    return render


def _hosts(settings: Settings) -> list[str]:
    host = settings.public_url.split("://")[1]
    return [host] if settings.in_production else [host, "127.0.0.1", "localhost", "[::1]"]
