"""The store's settings: `config/*.toml`, then the environment, checked as a whole when the store starts.

Every key of `config/default.toml` is a field here, and can be set by an environment variable of the same name in
capitals. A fault is never met one at a time: `load` raises `BadSettings` with all of them.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from store import money, paths

ENVIRONMENTS = ("development", "test", "production")
SANDBOX_KEY = "sk_test_demo"
SANDBOX_SECRET = "whsec_demo_shop_of_the_sandbox"  # noqa: S105 - of the stand-in, guards nothing
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_SMTP = re.compile(r"smtps?://([^\s/@]+@)?([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?/?$")
_CONTACT = re.compile(r"(mailto:)?[^\s@:/]+@[^\s@:/]+|https://[^\s]+")
MOST_LOW_STOCK = 20
"""Up to here the database tells pages of every change (migration 0005)."""
_SPAN = re.compile(r"([A-Z]{2}) ([0-9]{1,2})-([0-9]{1,2})")
_SPANS = re.compile(rf"({_SPAN.pattern}(, ?{_SPAN.pattern})*)?")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class BadSettings(Exception):
    """The store cannot start like this; each fault is one sentence that names the setting."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The settings do not fit:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, with what is derived from others already filled in."""

    store_env: str
    public_url: str
    port: int
    secret_key: str
    database_url: str
    redis_url: str
    var_folder: str
    storage_url: str
    stripe_secret_key: str
    stripe_webhook_secret: str
    stripe_api_base: str
    stripe_calls_per_second: int
    sandbox_port: int
    rate_limits: str
    live_checkouts_per_email: int
    live_checkouts_per_member: int
    live_checkouts_per_network: int
    trusted_proxies: int
    smtp_url: str
    mail_from: str
    shop_name: str
    store_currency: str
    store_country: str
    time_zone: str
    packing_days: int
    transit_days: str
    hold_minutes: int
    low_stock: int
    page_cache_megabytes: int
    security_contact: str
    log_level: str

    @property
    def in_production(self) -> bool:
        return self.store_env == "production"

    @property
    def limits_on(self) -> bool:
        return self.rate_limits == "on"

    @property
    def var(self) -> Path:
        return paths.ROOT / self.var_folder

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def transit(self) -> dict[str, tuple[int, int]]:
        """By country, how many working days a parcel is on its way: at least, at most."""
        return {country: (int(least), int(most)) for country, least, most in _SPAN.findall(self.transit_days)}

    @property
    def uses_sandbox(self) -> bool:
        return self.stripe_secret_key == SANDBOX_KEY

    @property
    def webhook_secrets(self) -> list[str]:
        return [secret.strip() for secret in self.stripe_webhook_secret.split(",") if secret.strip()]


def load(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Read the files and the environment (`overrides` win over both) and check the whole.

    Raises BadSettings naming every fault at once.
    """
    environ = os.environ if environ is None else environ
    store_env = str(overrides.pop("store_env", None) or environ.get("STORE_ENV") or "development")
    if store_env not in ENVIRONMENTS:
        raise BadSettings([f"STORE_ENV is {store_env!r}; it must be one of {', '.join(ENVIRONMENTS)}."])
    values = _read("default") | _read(store_env)
    values |= {key: environ[key.upper()] for key in values if environ.get(key.upper(), "") != ""}
    values |= overrides
    faults = _whole_numbers(values)
    _fill_in(values, store_env)
    faults += [*_faults(values), *(_production_faults(values) if store_env == "production" else [])]
    if faults:
        raise BadSettings(faults)
    return Settings(store_env=store_env, **values)


def _read(name: str) -> dict[str, Any]:
    values = tomllib.loads((paths.CONFIG / f"{name}.toml").read_text(encoding="utf-8"))
    known = {field.name for field in fields(Settings)} - {"store_env"}
    if unknown := sorted(set(values) - known):
        raise BadSettings([f"config/{name}.toml has {key!r}, which is no setting." for key in unknown])
    return values


def _whole_numbers(values: dict[str, Any]) -> list[str]:
    """Turn digits into numbers; for what is none the default stands in, so that the rest can be checked too."""
    faults, defaults = [], _read("default")
    for field in fields(Settings):
        if field.type != "int":
            continue
        text = str(values[field.name])
        if text.isascii() and text.isdigit() and len(text) < 10:
            values[field.name] = int(text)
        else:
            faults.append(f"{field.name.upper()} is {text[:40]!r}; it must be a whole number.")
            values[field.name] = defaults[field.name]
    return faults


def _fill_in(values: dict[str, Any], store_env: str) -> None:
    values["sandbox_port"] = values["sandbox_port"] or values["port"] + 1
    values["public_url"] = (values["public_url"] or f"http://127.0.0.1:{values['port']}").rstrip("/")
    values["store_currency"] = values["store_currency"].lower()
    if values["database_url"].startswith("sqlite:///") and not values["database_url"].startswith("sqlite:////"):
        values["database_url"] = f"sqlite:///{paths.ROOT / values['database_url'].removeprefix('sqlite:///')}"
    if store_env != "production" and not values["stripe_secret_key"]:
        values["stripe_secret_key"] = SANDBOX_KEY
        values["stripe_webhook_secret"] = values["stripe_webhook_secret"] or SANDBOX_SECRET
        values["stripe_api_base"] = values["stripe_api_base"] or f"http://127.0.0.1:{values['sandbox_port']}"


def _faults(values: dict[str, Any]) -> list[str]:
    checks = {
        "SECRET_KEY must have at least 32 characters.": len(values["secret_key"]) >= 32,
        "PUBLIC_URL must be http(s)://host in small letters, without a path.": _is_origin(values["public_url"]),
        "DATABASE_URL must start with sqlite:/// or postgresql+psycopg://.": values["database_url"].startswith(
            ("sqlite:///", "postgresql+psycopg://")
        ),
        "REDIS_URL must start with redis://, rediss:// or unix://.": not values["redis_url"]
        or values["redis_url"].startswith(("redis://", "rediss://", "unix://")),
        "STORAGE_URL must be file:path or s3://bucket/prefix.": _is_storage(values["storage_url"]),
        "STRIPE_SECRET_KEY must start with sk_ or rk_.": values["stripe_secret_key"].startswith(("sk_", "rk_")),
        "STRIPE_WEBHOOK_SECRET is missing; without it no payment can be believed.": values[
            "stripe_webhook_secret"
        ].strip(" ,"),
        "STRIPE_API_BASE must be http(s)://host in small letters, without a path.": not values["stripe_api_base"]
        or _is_origin(values["stripe_api_base"]),
        "RATE_LIMITS must be on or off.": values["rate_limits"] in ("on", "off"),
        "SMTP_URL must start with smtp:// or smtps://.": not values["smtp_url"] or _SMTP.match(values["smtp_url"]),
        "MAIL_FROM must hold an address.": "@" in values["mail_from"],
        f"STORE_CURRENCY must be one of {', '.join(sorted(money.EXPONENTS))}.": values["store_currency"]
        in money.EXPONENTS,
        "STORE_COUNTRY must be two capital letters (ISO 3166).": len(values["store_country"]) == 2
        and values["store_country"].isupper(),
        "TIME_ZONE must be a name such as America/New_York.": values["time_zone"] in _time_zones(),
        "PACKING_DAYS must be between 1 and 30.": 1 <= values["packing_days"] <= 30,
        "TRANSIT_DAYS must be like US 3-5, CA 6-10.": _are_spans(values["transit_days"]),
        "HOLD_MINUTES must be between 1 and 1400.": 1 <= values["hold_minutes"] <= 1400,
        f"LOW_STOCK must be at most {MOST_LOW_STOCK}.": values["low_stock"] <= MOST_LOW_STOCK,
        "PAGE_CACHE_MEGABYTES must be at most 1024.": values["page_cache_megabytes"] <= 1024,
        "SECURITY_CONTACT must be an address, or start with mailto: or https://.": not values["security_contact"]
        or _CONTACT.fullmatch(values["security_contact"]),
        "STRIPE_CALLS_PER_SECOND must be between 1 and 1000.": 1 <= values["stripe_calls_per_second"] <= 1000,
        f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.": values["log_level"] in LOG_LEVELS,
    }
    return [sentence for sentence, holds in checks.items() if not holds]


@cache
def _time_zones() -> set[str]:
    """A whole tree of files is read for it."""
    return available_timezones()


def _are_spans(text: str) -> bool:
    spans = [(int(least), int(most)) for _, least, most in _SPAN.findall(text)]
    return _SPANS.fullmatch(text) is not None and all(1 <= least <= most for least, most in spans)


def _production_faults(values: dict[str, Any]) -> list[str]:
    published = {_read(name).get("secret_key") for name in ("development", "test")}
    checks = {
        "SECRET_KEY is the one published with the source.": values["secret_key"] not in published,
        "PUBLIC_URL must start with https:// in production.": values["public_url"].startswith("https://"),
        "STRIPE_SECRET_KEY is no live key; production takes real money.": "_live_" in values["stripe_secret_key"],
        "STRIPE_WEBHOOK_SECRET is the sandbox's, which everybody knows.": SANDBOX_SECRET
        not in values["stripe_webhook_secret"],
        "STRIPE_API_BASE names a stand-in; production speaks to Stripe itself.": not values["stripe_api_base"],
        "RATE_LIMITS must be on in production.": values["rate_limits"] == "on",
        "SMTP_URL is missing; buyers would get no mail.": values["smtp_url"],
        "MAIL_FROM still names the example address.": not values["mail_from"].rstrip(">").endswith(".example"),
    }
    return [sentence for sentence, holds in checks.items() if not holds]


def _is_origin(url: str) -> bool:
    """Written exactly as browsers write an `Origin`: it is compared with theirs."""
    return _ORIGIN.fullmatch(url) is not None


def _is_storage(url: str) -> bool:
    return (
        url.startswith("file:") or re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?", url) is not None
    )
