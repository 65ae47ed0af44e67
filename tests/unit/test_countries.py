import pytest

from store.pricing.countries import country_name, postal_code_fault

SHORT = "ZIP codes have five digits. This one has {}."
ZIP = "ZIP codes have five digits."
CANADA = "Canadian postal codes look like K1A 0B1."
UK = "UK postcodes look like SW1A 1AA."


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("US", "11201"), ("US", "11201-0001"), ("CA", "K1A 0B1"), ("CA", "k1a0b1"), ("GB", "SW1A 1AA"),
        ("GB", "M1 1AE"), ("GB", "ec1a1bb"), ("DE", "10115"), ("IE", "D02 X285"), ("FR", "2A004"),
    ],
)  # fmt: skip
def test_a_right_postal_code_passes(country, code):
    assert postal_code_fault(country, code) is None


@pytest.mark.parametrize(
    ("country", "code", "sentence"),
    [
        ("US", "1120", SHORT.format("four")),
        ("US", "112011", SHORT.format("six")),
        ("US", "1", SHORT.format("one")),
        ("US", "123456789", SHORT.format("nine")),
        ("US", "1234567890", ZIP),
        ("US", "1120A", ZIP),
        ("US", "11201-", ZIP),
        ("US", "11201-12", ZIP),
        ("US", "K1A 0B1", ZIP),
        ("US", "１１２０１", ZIP),
        ("US", "١١٢٠١", ZIP),
        ("US", "²²²²²", ZIP),
        ("US", "11201\n", ZIP),
        ("CA", "11201", CANADA),
        ("CA", "K1A-0B1", CANADA),
        ("CA", "K١A 0B1", CANADA),
        ("GB", "12345", UK),
        ("GB", "SW1A  1AA", UK),
    ],
)  # fmt: skip
def test_a_wrong_postal_code_is_told_what_it_should_look_like(country, code, sentence):
    assert postal_code_fault(country, code) == sentence


def test_countries_have_the_names_people_use_and_unknown_ones_their_code():
    assert [country_name(code) for code in ("US", "GB", "CA", "XX")] == [
        "United States", "United Kingdom", "Canada", "XX",
    ]  # fmt: skip
