"""The examples of docs/api.md, each as it stands, against the shop as `make run` starts it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from store.actors import Role

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def run(command, text, live, **given):
    environment = {"PATH": os.environ["PATH"], "SHOP": live.url, **given}
    done = subprocess.run(command, input=text, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_the_examples_of_the_shell_buy_something(live):
    script = "set -eu\n" + "\necho\n".join(blocks("sh"))
    searched, added, sent_to, placed = [line for line in run(["sh"], script, live).splitlines() if line]
    assert '"slug":"night-bus' in searched
    assert '"total":{"amount":3800,"currency":"usd"}' in added
    assert '"total":{"amount":4350,"currency":"usd"}' in sent_to
    assert f'"url":"{live.sandbox_url}/c/pay/' in placed


def test_the_examples_of_python_read_the_shop_and_run_its_warehouse(live):
    guest = live.after_paying(card="4242424242424242")
    number = live.wait_for_order(guest.email)
    ((owner,),) = live.rows(
        "SELECT email FROM member JOIN member_role ON member_id = member.id WHERE role = :role LIMIT 1",
        role=Role.OWNER.value,
    )
    token = live.flask("tokens", "create", owner, "--scopes", "stock:write,orders:write,reports:read").strip()
    told = run([sys.executable, "-"], "\n".join(blocks("python")), live, TOKEN=token, ORDER=number)
    assert "Night Bus, Vol. 2 3800 NMX-043" in told
    assert re.search(r"^on hand \d+$", told, re.MULTILINE)
    assert re.search(r"^\d+ orders wait$", told, re.MULTILINE)
    assert f"{number} stays" not in told
    ((state,),) = live.rows('SELECT fulfilment_state FROM "order" WHERE number = :number', number=number)
    assert state == "shipped"
