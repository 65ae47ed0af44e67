import email.policy
import re
import time
from email.message import EmailMessage

import pytest
from marshmallow import ValidationError

from store.checkout.schemas import BuyerIn, ShippedIn
from store.web.forms import EMAIL

ADDRESS = {
    "name": "Ana Ruiz", "line1": "12 Groove St", "city": "Brooklyn", "region": "NY", "postal_code": "11201",
    "country": "US",
}  # fmt: skip
LIKE_THIS = ["Write the address like ana@example.com."]


def buyer(address):
    return BuyerIn().load({"email": address})["email"]


def faults(schema=ShippedIn, **data):
    with pytest.raises(ValidationError) as refusal:
        schema().load({"email": "ana@example.com"} | ADDRESS | data)
    return refusal.value.messages_dict


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("ana@example.com", "ana@example.com"),
        (" Ana.Ruiz+drop@EXAMPLE.Com ", "Ana.Ruiz+drop@example.com"),
        ("o'neil@example.co.uk", "o'neil@example.co.uk"),
        ("a@b-c.museum", "a@b-c.museum"),
        ("1@xn--bcher-kva.example", "1@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_taken_as_it_is_written_but_for_the_hosts_case(typed, taken):
    assert buyer(typed) == taken


BAD = [
    "ana", "ana@", "@example.com", "ana@example", "ana@@example.com", "a b@example.com", "ana@exa mple.com",
    "ana@example..com", "ana..b@example.com", ".ana@example.com", "ana.@example.com", "ana@.example.com",
    "ana@example.com.", "ana@-example.com", "ana@example-.com", "a@b,c@d.com", "a@b.com,c@d.com", "a@b.com;c@d.com",
    "Ana <ana@example.com>", '"ana b"@example.com', "ana@[127.0.0.1]", "ana(x)@example.com", "ana:b@example.com",
    "ana\\b@example.com", "änä@example.com", "ana@exämple.com", "ana\u200b@example.com", "ana\u202e@example.com",
    "=?utf-8?q?a=2Cb=40evil=2Eexample?=@example.com", "=?utf-8?b?YUBl?=@example.com", "ana@example.com\u00a0x",
    "ana@example.c\u043em",
]  # fmt: skip


@pytest.mark.parametrize("typed", BAD)
def test_what_is_no_address_is_refused_with_an_example(typed):
    assert faults(BuyerIn, email=typed) == {"email": LIKE_THIS}


@pytest.mark.parametrize(
    "typed",
    ["ana@example.com\r\nBcc: eve@evil.example", "ana@example.com\nx", "a\x00b@example.com", "ana@exam\u2028ple.com"],
)
def test_an_address_never_opens_a_second_line_of_a_mail(typed):
    assert faults(BuyerIn, email=typed) == {"email": ["One line of plain text, please."]}


@pytest.mark.parametrize("typed", ["ana@example.com", "o'neil@example.co.uk", "a=b@example.com", "a?b{}@example.com"])
def test_an_address_that_is_taken_is_one_recipient_and_stays_itself(typed):
    message = EmailMessage(policy=email.policy.default)
    message["To"] = buyer(typed)
    assert [recipient.addr_spec for recipient in message["To"].addresses] == [typed]
    assert f"To: {typed}\n" in message.as_string()


def test_an_address_has_at_most_254_characters():
    assert buyer("a" * 242 + "@example.com") == "a" * 242 + "@example.com"
    assert faults(BuyerIn, email="a" * 243 + "@example.com") == {"email": ["At most 254 characters, please."]}


@pytest.mark.parametrize(
    "typed",
    [
        "a" * 50_000, "a@" + "a." * 25_000, "a@" + "a" * 50_000, "a@" + "-." * 25_000 + "!", "@" * 50_000,
        "a." * 25_000 + "@", "a@b" + ".c" * 25_000 + "!",
    ],
)  # fmt: skip
def test_no_address_keeps_the_till_busy(typed):
    started = time.perf_counter()
    with pytest.raises(ValidationError):
        BuyerIn().load({"email": typed})
    EMAIL.fullmatch(typed)
    assert time.perf_counter() - started < 0.1


def test_every_missing_field_says_what_it_is_for():
    with pytest.raises(ValidationError) as refusal:
        ShippedIn().load({})
    assert refusal.value.messages_dict == {
        "email": ["We need an address for the receipt."],
        "name": ["Whose name goes on the parcel?"],
        "line1": ["Which street and number?"],
        "city": ["Which city?"],
        "postal_code": ["Which ZIP or postal code?"],
        "country": ["Which country?"],
    }


def test_a_region_is_asked_for_where_parcels_need_one():
    assert faults(region="") == {"region": ["Which state or province?"]}
    assert faults(region=" ", country="CA", postal_code="K1A 0B1") == {"region": ["Which state or province?"]}
    loaded = ShippedIn().load({"email": "a@b.co"} | ADDRESS | {"region": "", "country": "GB", "postal_code": "M1 1AE"})
    assert loaded["region"] is None


def test_a_postal_code_is_told_as_it_should_be():
    assert faults(postal_code="1120") == {"postal_code": ["ZIP codes have five digits. This one has four."]}
    assert faults(country="GB") == {"postal_code": ["UK postcodes look like SW1A 1AA."]}
    assert faults(country="CA") == {"postal_code": ["Canadian postal codes look like K1A 0B1."]}


def test_lengths_are_bounded():
    longest = {"name": 200, "line1": 200, "line2": 200, "city": 120, "region": 120, "postal_code": 12, "phone": 32}
    for name, length in longest.items():
        assert faults(**{name: "1" * (length + 1)}) == {name: [f"At most {length} characters, please."]}


@pytest.mark.parametrize("value", ["-1", "1.5", "１", "9" * 5000, str(2**63), "1e3", str(10**9 + 1)])
def test_the_total_the_buyer_saw_is_a_whole_number(value):
    (sentence,) = faults(BuyerIn, expected_total=value)["expected_total"]
    assert re.fullmatch("A whole number from 0 to 1000000000, please.", sentence)


def test_prices_posted_along_are_not_read():
    posted = {
        "price": "1",
        "unit_amount": "1",
        "total": "1",
        "tax": "0",
        "currency": "jpy",
        "paid": "true",
        "state": "paid",
    }
    assert not set(posted) & set(BuyerIn().load({"email": "ana@example.com"} | posted))
