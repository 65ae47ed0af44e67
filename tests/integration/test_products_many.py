"""Ten thousand rows: how much memory they take, measured in a process of its own."""

import os
import subprocess
import sys

import pytest

from tests.integration.sheets import sheet, tee

MEASURE = """
import resource, sys
from store.app import create_app
runner = create_app().test_cli_runner()
for words in (["import-csv", sys.argv[1]], ["export-csv", sys.argv[2]]):
    out = runner.invoke(args=["catalog", *words])
    assert out.exit_code == 0, out.output
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def many(products, each=5):
    return sheet(
        *(
            tee(f"S{size}", f"T-{number}-{size}").replace("fader-tee", f"tee-{number}")
            for number in range(products)
            for size in range(each)
        )
    )


def megabytes(shop, tmp_path, products) -> int:
    path = tmp_path / "products.csv"
    path.write_text(many(products), encoding="utf-8")
    settings = {
        "DATABASE_URL": shop.settings.database_url,
        "STORAGE_URL": shop.settings.storage_url,
        "STORE_ENV": "test",
    }
    words = [sys.executable, "-c", MEASURE, str(path), str(tmp_path / "out.csv")]
    done = subprocess.run(words, env=os.environ | settings, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.prove
def test_ten_thousand_rows_take_hardly_more_memory_than_fifty(shop, tmp_path):
    few = megabytes(shop, tmp_path, 10)
    much = megabytes(shop, tmp_path, 2_000)
    assert shop.value("SELECT COUNT(*) FROM variant") == 10_000
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 10_001
    assert much - few < 40
