"""`flask catalog import-csv` and `export-csv`, as an operator types them."""

import json

import pytest

from store.ops.products import commands, source
from tests.integration.sheets import another, export, rows, sheet, tee


@pytest.fixture
def flask(shop):
    return lambda *words, **how: shop.app.test_cli_runner().invoke(args=["catalog", *map(str, words)], **how)


def test_a_shop_goes_into_a_file_and_the_file_into_another_shop(shop, flask, databases, tmp_path):
    shop.show_picture(shop.make_item())
    path = tmp_path / "products.csv"
    out = flask("export-csv", path)
    assert (out.exit_code, out.output) == (0, "1 product written.\n")
    assert path.read_text(encoding="utf-8") == export(shop).replace("\r\n", "\n")
    assert [file.name for file in tmp_path.glob("*.csv*")] == ["products.csv"]
    with another(shop, databases) as other:
        runner = other.app.test_cli_runner()
        tried = runner.invoke(args=["catalog", "import-csv", str(path), "--dry-run"])
        assert (tried.exit_code, tried.output) == (
            0,
            "It would be: 1 product new, 0 changed, 0 as before; stock of 1 variant counted.\n",
        )
        done = runner.invoke(args=["catalog", "import-csv", str(path), "--json"])
        assert (done.exit_code, json.loads(done.output)["created"]) == (0, 1)
        assert export(other) == export(shop)


def test_a_dash_is_the_input_and_the_output(shop, flask):
    done = flask("import-csv", "-", input=sheet(tee()))
    assert done.output.splitlines()[0] == "1 product new, 0 changed, 0 as before; stock of 1 variant counted."
    out = flask("export-csv", "-")
    assert out.stdout.encode() == export(shop).encode() or rows(out.stdout) == rows(export(shop))
    assert out.stderr == "1 product written.\n"
    assert shop.value("SELECT reason FROM stock_movement") == "Imported from the input"


def test_what_was_left_out_is_told(flask):
    content = sheet(f"{tee()},x.jpg,Nasty".replace("draft", "active"), header=HEADER)
    assert flask("import-csv", "-", input=content).output.splitlines() == [
        "1 product new, 0 changed, 0 as before; stock of 1 variant counted.",
        "1 picture was not fetched; add it on its product's page.",
        "1 product stays a draft until it has a price, and a picture with its words.",
        "The shop keeps nothing of these columns: Vendor.",
    ]


HEADER = f"{sheet().splitlines()[0]},Image Src,Vendor"


def test_faulty_rows_are_named_and_end_in_an_error(flask, shop, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(sheet(tee(price="abc"), tee("S", "FDR-S", quantity="two")), encoding="utf-8")
    out = flask("import-csv", path)
    assert (out.exit_code, out.output.splitlines()) == (
        1,
        [
            "Error: Nothing was imported.",
            "row 2, Variant Price: Write the price in plain digits, like 34.00.",
            "row 3, Variant Inventory Qty: A whole number from 0 to 1000000, please.",
        ],
    )
    told = flask("import-csv", path, "--json")
    assert (told.exit_code, json.loads(told.output)) == (
        1,
        {
            "errors": [
                {"row": 2, "column": "Variant Price", "sentence": "Write the price in plain digits, like 34.00."},
                {
                    "row": 3,
                    "column": "Variant Inventory Qty",
                    "sentence": "A whole number from 0 to 1000000, please.",
                },
            ],
            "count": 2,
        },
    )
    assert shop.value("SELECT COUNT(*) FROM product") == 0


def test_files_that_are_none_and_places_that_are_not_there_are_sentences(flask, tmp_path):
    missing = flask("import-csv", tmp_path / "none.csv")
    assert (missing.exit_code, missing.output) == (1, f"Error: {tmp_path / 'none.csv'}: No such file or directory.\n")
    assert flask("import-csv", tmp_path).output == f"Error: {tmp_path}: Is a directory.\n"
    nowhere = tmp_path / "no" / "such.csv"
    assert flask("export-csv", nowhere).output == f"Error: {nowhere}: No such file or directory.\n"
    text = tmp_path / "utf16.csv"
    text.write_bytes(sheet(tee()).encode("utf-16"))
    refused = flask("import-csv", text)
    assert (refused.exit_code, refused.output.splitlines()[1]) == (
        1,
        "The file is in UTF-16, and must be in UTF-8. Save it once more as “CSV UTF-8”.",
    )


def test_what_comes_in_without_end_is_cut_off(flask, monkeypatch):
    for module in (commands, source):
        monkeypatch.setattr(module, "MOST_BYTES", 2**20)
    out = flask("import-csv", "-", input=sheet(*[tee()] * 20_000))
    assert (out.exit_code, out.output.splitlines()[1]) == (1, "A file may have 1 MiB. Divide it.")


def test_a_database_without_tables_is_a_sentence(flask, shop, tmp_path):
    shop.write("ALTER TABLE product RENAME TO products")
    for words in (("export-csv", tmp_path / "out.csv"), ("import-csv", "-")):
        out = flask(*words, input=sheet(tee()))
        assert (out.exit_code, out.output) == (
            1,
            "Error: The database did not take this. Is it migrated (`flask db upgrade`), and does it answer?\n",
        )
    assert not (tmp_path / "out.csv").exists()
    shop.write("ALTER TABLE products RENAME TO product")


@pytest.mark.parametrize("command", ["import-csv", "export-csv"])
def test_each_command_says_what_it_does(flask, command):
    out = flask(command, "--help")
    assert (out.exit_code, "product CSV" in out.output) == (0, True)
