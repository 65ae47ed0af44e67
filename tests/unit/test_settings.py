import tomllib
from dataclasses import fields

import pytest

from store import paths, settings
from store.settings import SANDBOX_KEY, SANDBOX_SECRET, BadSettings, Settings, load

PRODUCTION = {
    "STORE_ENV": "production",
    "SECRET_KEY": "k" * 48,
    "PUBLIC_URL": "https://shop.nastymixx.org",
    "STRIPE_SECRET_KEY": "sk_live_1234567890",
    "STRIPE_WEBHOOK_SECRET": "whsec_1234567890",
    "SMTP_URL": "smtps://user:password@mail.nastymixx.org",
    "MAIL_FROM": "NASTYMIXX <shop@nastymixx.org>",
}


def faults(environ=None, **overrides):
    with pytest.raises(BadSettings) as refusal:
        load(environ or {}, **overrides)
    return refusal.value.faults


def toml(name):
    return tomllib.loads((paths.CONFIG / f"{name}.toml").read_text(encoding="utf-8"))


def test_a_laptop_needs_no_setting_at_all():
    shop = load({})
    assert (shop.store_env, shop.public_url, shop.sandbox_port) == ("development", "http://127.0.0.1:8000", 8001)
    assert (shop.stripe_secret_key, shop.stripe_api_base) == (SANDBOX_KEY, "http://127.0.0.1:8001")
    assert shop.webhook_secrets == [SANDBOX_SECRET]
    assert (shop.in_production, shop.is_https, shop.limits_on, shop.uses_sandbox) == (False, False, True, True)
    assert shop.database_url == f"sqlite:///{paths.ROOT}/var/store.db"


def test_production_starts_with_what_it_needs():
    shop = load(PRODUCTION)
    assert (shop.in_production, shop.is_https, shop.limits_on, shop.uses_sandbox) == (True, True, True, False)
    assert shop.stripe_api_base == ""


def test_every_setting_stands_in_the_default_file_and_nothing_else_does():
    assert set(toml("default")) == {field.name for field in fields(Settings)} - {"store_env"}
    for name in ("development", "test", "production"):
        assert set(toml(name)) <= set(toml("default"))


def test_the_files_hold_no_secret_of_a_live_shop():
    for name in ("default", "production"):
        secret = {key: value for key, value in toml(name).items() if "secret" in key or key == "smtp_url"}
        assert not any(secret.values())


def test_the_environment_wins_over_the_files_and_what_is_handed_in_over_both():
    assert load({"HOLD_MINUTES": "45"}).hold_minutes == 45
    assert load({"HOLD_MINUTES": "45"}, hold_minutes=50).hold_minutes == 50
    assert load({"SHOP_NAME": ""}).shop_name == "NASTYMIXX"
    assert load({"STORE_CURRENCY": "JPY"}).store_currency == "jpy"
    assert load({"STORE_ENV": "test"}).rate_limits == "off"
    assert load({"PORT": "9000"}).public_url == "http://127.0.0.1:9000"
    assert load({"STRIPE_WEBHOOK_SECRET": " whsec_a , whsec_b,"}).webhook_secrets == ["whsec_a", "whsec_b"]
    assert load({"PUBLIC_URL": "https://shop.example/"}).public_url == "https://shop.example"


def test_a_key_that_is_no_setting_is_named_with_its_file(tmp_path, monkeypatch):
    for name in ("default", "development"):
        (tmp_path / f"{name}.toml").write_text((paths.CONFIG / f"{name}.toml").read_text() + "\nhold_minuets = 5\n")
    monkeypatch.setattr(settings.paths, "CONFIG", tmp_path)
    assert faults() == ["config/default.toml has 'hold_minuets', which is no setting."]


def test_an_environment_nobody_knows_is_refused():
    assert faults({"STORE_ENV": "prod"}) == ["STORE_ENV is 'prod'; it must be one of development, test, production."]


ONE_FAULT = [
    ("secret_key", "short", "SECRET_KEY must have at least 32 characters."),
    ("public_url", "shop.example", "PUBLIC_URL must be http(s)://host"),
    ("public_url", "https://shop.example/store", "PUBLIC_URL must be http(s)://host"),
    ("public_url", "https://shop.example?a=b", "PUBLIC_URL must be http(s)://host"),
    ("public_url", "https://shop.example#a", "PUBLIC_URL must be http(s)://host"),
    ("public_url", "https://me:pw@shop.example", "PUBLIC_URL must be http(s)://host"),
    ("public_url", "https://Shop.example", "PUBLIC_URL must be http(s)://host"),
    ("public_url", "https://shop.example:port", "PUBLIC_URL must be http(s)://host"),
    ("public_url", "https://[::1", "PUBLIC_URL must be http(s)://host"),
    ("public_url", "javascript:alert(1)", "PUBLIC_URL must be http(s)://host"),
    ("database_url", "mysql://x", "DATABASE_URL must start with"),
    ("redis_url", "http://x", "REDIS_URL must start with"),
    ("storage_url", "s3://", "STORAGE_URL must be file:path or s3://bucket/prefix."),
    ("storage_url", "https://example.com/media", "STORAGE_URL must be file:path or s3://bucket/prefix."),
    ("stripe_secret_key", "pk_test_x", "STRIPE_SECRET_KEY must start with sk_ or rk_."),
    ("stripe_webhook_secret", " , ", "STRIPE_WEBHOOK_SECRET is missing; without it no payment can be believed."),
    ("stripe_api_base", "localhost:8001", "STRIPE_API_BASE must be http(s)://host"),
    ("rate_limits", "yes", "RATE_LIMITS must be on or off."),
    ("smtp_url", "mail.example:25", "SMTP_URL must start with smtp:// or smtps://."),
    ("smtp_url", "smtp://[x", "SMTP_URL must start with smtp:// or smtps://."),
    ("mail_from", "shop", "MAIL_FROM must hold an address."),
    ("store_currency", "xxx", "STORE_CURRENCY must be one of aed, "),
    ("store_country", "us", "STORE_COUNTRY must be two capital letters (ISO 3166)."),
    ("time_zone", "Mars/Olympus", "TIME_ZONE must be a name such as America/New_York."),
    *(("transit_days", value, "TRANSIT_DAYS must be like US 3-5, CA 6-10.")
      for value in ("US", "US 5-3", "us 3-5", "US 3-5 CA 6-10", "US 0-2", "3-5")),
    ("packing_days", 0, "PACKING_DAYS must be between 1 and 30."),
    ("packing_days", 31, "PACKING_DAYS must be between 1 and 30."),
    ("hold_minutes", 0, "HOLD_MINUTES must be between 1 and 1400."),
    ("hold_minutes", 1401, "HOLD_MINUTES must be between 1 and 1400."),
    ("log_level", "LOUD", "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR."),
    *((name, value, f"{name.upper()} is {value!r}; it must be a whole number.")
      for name in ("port", "low_stock", "trusted_proxies", "live_checkouts_per_email")
      for value in ("-1", "1.5", "１", "1e3", "many")),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "sentence"), ONE_FAULT)
def test_a_value_that_does_not_fit_is_named_in_a_sentence(key, value, sentence):
    usual = {"stripe_secret_key": "sk_test_x", "stripe_webhook_secret": "whsec_x"}
    (fault,) = faults(**usual | {key: value})
    assert fault.startswith(sentence)


def test_all_faults_are_told_at_once():
    environ = {"SECRET_KEY": "short", "PORT": "many", "HOLD_MINUTES": "soon", "RATE_LIMITS": "maybe", "TIME_ZONE": "X"}
    assert [fault.split()[0] for fault in faults(environ)] == [
        "PORT", "HOLD_MINUTES", "SECRET_KEY", "RATE_LIMITS", "TIME_ZONE",
    ]  # fmt: skip
    with pytest.raises(BadSettings, match="The settings do not fit:\n- PORT is 'many'"):
        load(environ)


UNSAFE = [
    ("SECRET_KEY", "", "SECRET_KEY must have"),
    ("SECRET_KEY", "development only, never used in production, public", "SECRET_KEY is the one published"),
    ("SECRET_KEY", "test only, never used in production, and public too", "SECRET_KEY is the one published"),
    ("PUBLIC_URL", "", "PUBLIC_URL must start with https://"),
    ("PUBLIC_URL", "http://shop.example", "PUBLIC_URL must start with https://"),
    ("STRIPE_SECRET_KEY", "", "STRIPE_SECRET_KEY must start with"),
    ("STRIPE_SECRET_KEY", "sk_test_1234567890", "STRIPE_SECRET_KEY is no live key"),
    ("STRIPE_SECRET_KEY", "rk_1234567890", "STRIPE_SECRET_KEY is no live key"),
    ("STRIPE_WEBHOOK_SECRET", "", "STRIPE_WEBHOOK_SECRET is missing"),
    ("STRIPE_WEBHOOK_SECRET", f"whsec_a,{SANDBOX_SECRET}", "STRIPE_WEBHOOK_SECRET is the sandbox's"),
    ("STRIPE_API_BASE", "http://127.0.0.1:8001", "STRIPE_API_BASE names a stand-in"),
    ("RATE_LIMITS", "off", "RATE_LIMITS must be on in production."),
    ("SMTP_URL", "", "SMTP_URL is missing"),
    ("MAIL_FROM", "", "MAIL_FROM still names the example address."),
]


@pytest.mark.parametrize(("name", "value", "sentence"), UNSAFE)
def test_production_refuses_a_missing_default_or_unsafe_value_and_names_it(name, value, sentence):
    assert any(fault.startswith(sentence) for fault in faults(PRODUCTION | {name: value}))


def test_production_without_any_setting_is_told_everything_it_lacks():
    assert {fault.split()[0] for fault in faults({"STORE_ENV": "production"})} == {
        "SECRET_KEY", "PUBLIC_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "SMTP_URL", "MAIL_FROM",
    }  # fmt: skip
