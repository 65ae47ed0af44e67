"""Tokens of programs: who gets one, what it opens, and what ends it. Whatever is refused has changed nothing."""

import base64
import hashlib
import logging
import re
import string

import pytest

from store.actors import ROLES, SYSTEM, Actor, Permission, Role
from store.audit.history import list_entries
from store.errors import Forbidden
from store.members import service
from store.members.tokens import Wanted, create, is_whole, new_token, revoke
from tests.functional.accounts import ANA, BEN, OTHER, SECRET
from tests.functional.programs import Program, add_probe, assert_problem, make_token

AREAS = ["catalog", "stock", "orders", "refunds", "offers", "reports"]


@pytest.fixture
def done(shop):
    """What was done at the probe, for which a token for stock is needed; `GET` there needs one for orders."""
    return add_probe(shop)


@pytest.fixture
def flask(shop):
    return lambda *words: shop.app.test_cli_runner().invoke(args=words)


def ends(shop, token):
    """It opens nothing any more, and what it was answered says so."""
    answer = Program(shop, token).get("/probe")
    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer realm=store, error=invalid_token"


def looks(shop, token):
    return Program(shop, token).get("/probe").status_code


def test_a_token_has_our_prefix_and_a_checksum_that_knows_every_mistyped_letter():
    token = new_token()
    assert re.fullmatch(r"nmx_[0-9A-Za-z]{38}", token)
    assert is_whole(token)
    for place in range(len(token)):
        for letter in string.ascii_letters + string.digits + "_é":
            if letter != token[place]:
                assert not is_whole(token[:place] + letter + token[place + 1 :])
    for other in ("", token[:-1], token + "0", token.swapcase(), f" {token}"):
        assert not is_whole(other)


def test_only_the_digest_of_a_token_is_kept_and_no_log_tells_it(shop, done, caplog):
    caplog.set_level(logging.DEBUG)
    shop.make_member(ANA)
    token = make_token(shop, ANA, "orders:read")
    assert looks(shop, token) == 200
    Program(shop, token).post("/probe", {"number": 1}, key="once")
    Program(shop, token[:-1] + "~").get("/probe")
    shop.visitor().get("/admin/products", headers={"Authorization": f"Bearer {token}"})
    assert shop.value("SELECT digest FROM api_token") == hashlib.sha256(token.encode()).hexdigest()
    assert shop.value("SELECT hint FROM api_token") == token[:8]
    kept = [repr(shop.rows(f"SELECT * FROM {table}")) for table in ("api_token", "audit_entry", "api_replay", "job")]
    for told in (caplog.text, *kept):
        assert token[8:] not in told


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_a_token_opens_what_it_was_made_for(shop, done, kind):
    shop.make_member(ANA)
    token = make_token(shop, ANA, "orders:read")
    assert Program(shop).get("/probe", headers={"Authorization": f"{kind} {token}"}).json == {"number": 0}


def test_what_is_no_token_of_ours_is_refused_wherever_it_is_sent(shop, done):
    shop.make_member(ANA)
    token, known = make_token(shop, ANA, "orders:read"), Program(shop)
    basic = base64.b64encode(f"{ANA}:{token}".encode()).decode()
    others = [
        f"Bearer {new_token()}", f"Bearer {token[:-1]}~", "Bearer", "Bearer ", "Bearer é", token, f"Token {token}",
        f"Basic {basic}", f"Bearer {token}, Bearer {token}", f"Bearer {'x' * 5000}", "",
    ]  # fmt: skip
    assert known.get("/products").status_code == 200  # kept as bytes from now on, and refused all the same
    for sent in others:
        for path in ("/probe", "/products", "/nothing", "/carts/none"):
            answer = known.get(path, headers={"Authorization": sent})
            assert_problem(answer, 401, "unauthorized")
            assert answer.headers["WWW-Authenticate"] == "Bearer realm=store, error=invalid_token"
    assert shop.value("SELECT used_on FROM api_token") is None


def test_a_token_in_the_address_in_a_cookie_or_in_the_body_is_none(shop, done):
    shop.make_member(ANA)
    token, known = make_token(shop, ANA, "orders:read", "stock:write"), Program(shop)
    answers = [known.get(f"/probe?{name}={token}") for name in ("access_token", "token", "api_key", "authorization")]
    answers += [known.get("/probe", headers={"Cookie": f"{name}={token}"}) for name in ("session", "token", "bag")]
    answers.append(known.post("/probe", {"number": 1, "access_token": token}))
    answers.append(known.get("/probe", headers={"X-Api-Key": token, "Proxy-Authorization": f"Bearer {token}"}))
    for answer in answers:
        assert_problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer realm=store"
    assert (done, shop.value("SELECT used_on FROM api_token")) == ([], None)


def test_a_token_ends_with_its_last_day(shop, done):
    shop.make_member(ANA)
    token, lasting = make_token(shop, ANA, "orders:read", days=2), make_token(shop, ANA, "orders:read")
    shop.clock.advance(days=2, seconds=-30)
    assert looks(shop, token) == 200
    shop.clock.advance(seconds=31)
    ends(shop, token)
    assert looks(shop, lasting) == 200


def test_a_shut_or_unconfirmed_account_has_no_token(shop, done):
    member_id = shop.make_member(ANA)
    token = make_token(shop, ANA, "orders:read")
    shop.write("UPDATE member SET confirmed_at = NULL")
    ends(shop, token)
    shop.write("UPDATE member SET confirmed_at = created_at, active = :no", no=False)
    ends(shop, token)
    shop.write("UPDATE member SET active = :yes", yes=True)
    assert looks(shop, token) == 200
    service.set_active(shop.db, SYSTEM, member_id, shop.clock(), active=False)
    ends(shop, token)
    service.set_active(shop.db, SYSTEM, member_id, shop.clock(), active=True)
    ends(shop, token)  # it is gone, not asleep


def test_another_password_ends_the_tokens_of_its_owner_and_nobody_elses(shop, done):
    client = shop.signed_in(shop.make_member(ANA, password=SECRET))
    shop.make_member(BEN)
    token, other = make_token(shop, ANA, "orders:read"), make_token(shop, BEN, "orders:read")
    wrong = client.post("/account/password", data={"password": OTHER, "new_password": OTHER})
    assert (wrong.status_code, looks(shop, token)) == (422, 200)
    changed = client.post("/account/password", data={"password": SECRET, "new_password": OTHER})
    assert changed.location == "/account?done=password"
    ends(shop, token)
    assert (looks(shop, other), shop.value("SELECT COUNT(*) FROM api_token")) == (200, 1)


def test_signing_out_everywhere_ends_the_tokens_too(shop, done):
    member_id = shop.make_member(ANA)
    token = make_token(shop, ANA, "orders:read")
    service.end_sessions(shop.db, SYSTEM, member_id, shop.clock())
    ends(shop, token)


def test_a_role_that_is_taken_away_is_gone_with_the_next_call(shop, done):
    member_id = shop.make_member(ANA, Role.STALL)
    program = Program(shop, make_token(shop, ANA, "stock:write"))
    assert program.post("/probe", {"number": 1}).json == {"number": 1}
    service.take_away(shop.db, SYSTEM, member_id, Role.STALL, shop.clock())
    assert_problem(program.post("/probe", {"number": 2}), 403, "forbidden")
    assert done == [1]


def test_the_role_of_somebody_without_a_second_factor_does_not_count(shop, done):
    shop.make_member(ANA, Role.STALL)
    shop.write("UPDATE member SET tf_primary_method = NULL, tf_totp_secret = NULL")
    program = Program(shop, make_token(shop, ANA, "stock:write"))
    assert_problem(program.post("/probe", {"number": 1}), 403, "forbidden")
    assert done == []


def test_a_token_does_what_its_owner_may_as_far_as_its_scopes_go_and_no_more(shop, done):
    people = {"member": shop.make_member(ANA), "stall": shop.make_member(BEN, Role.STALL)}
    shop.make_member("owner@example.com", Role.OWNER)
    for email, may in ((ANA, False), (BEN, True), ("owner@example.com", True)):
        for area in AREAS:
            for right in ("read", "write"):
                scope = f"{area}:{right}"
                program, before = Program(shop, make_token(shop, email, scope)), list(done)
                answer, seen = program.post("/probe", {"number": 1}, key=scope), program.get("/probe")
                if may and scope == "stock:write":
                    assert (answer.status_code, done) == (201, [*before, 1])
                else:
                    assert_problem(answer, 403, "forbidden")
                    assert done == before
                assert seen.status_code == (200 if area == "orders" else 403), (email, scope)
    assert (len(people), shop.value("SELECT COUNT(*) FROM api_replay")) == (2, 2)  # what is refused leaves no key


def test_a_token_opens_no_page_and_a_session_opens_nothing_of_the_api(shop, done):
    member_id = shop.make_member(ANA, Role.OWNER)
    token, client = make_token(shop, ANA, "catalog:write", "orders:write"), shop.signed_in(member_id)
    bearer = {"Authorization": f"Bearer {token}"}
    for path in ("/admin", "/admin/products", "/admin/orders", "/account", "/account/orders"):
        assert client.get(path).location != f"/sign-in?next={path}", path
        with_it, without = (shop.visitor().get(path, headers=headers) for headers in (bearer, {}))
        assert (with_it.status_code, with_it.location) == (without.status_code, without.location), path
        assert (with_it.status_code, with_it.location) == (303, f"/sign-in?next={path}")
    before = shop.rows("SELECT id, data, seen_at FROM member_session")
    shop.clock.advance(hours=2)
    for answer in (client.get("/api/v1/probe"), client.post("/api/v1/probe", json={"number": 1})):
        assert_problem(answer, 401, "unauthorized")
        assert "Set-Cookie" not in answer.headers
    cart = Program(shop, token).post("/carts").json["id"]
    assert_problem(client.get(f"/api/v1/carts/{cart}"), 404, "not-found")
    assert (done, shop.rows("SELECT id, data, seen_at FROM member_session")) == ([], before)


def test_that_a_token_is_used_is_written_once_a_day(shop, done):
    shop.make_member(ANA)
    token, days = make_token(shop, ANA, "orders:read"), []
    for _ in range(2):
        assert looks(shop, token) == 200
        first = shop.value("SELECT used_on FROM api_token")
        shop.clock.advance(microseconds=1)
        assert (looks(shop, token), shop.value("SELECT used_on FROM api_token")) == (200, first)
        days.append(first)
        shop.clock.advance(days=1)
    assert days[0] != days[1]


def test_the_command_line_shows_a_token_once_and_alone(shop, done, flask):
    shop.make_member(ANA)
    made = flask("tokens", "create", "ANA@example.com", "--scopes", "orders:read, stock:write,", "--label", "Till")
    token = made.stdout.removesuffix("\n")
    assert (made.exit_code, made.stderr, is_whole(token), looks(shop, token)) == (0, "", True, 200)
    ending = flask("tokens", "create", ANA, "--scopes", "orders:read", "--days", "30").stdout.strip()
    today = f"{shop.clock():%Y-%m-%d}"
    ids = [row[0] for row in shop.rows("SELECT id FROM api_token ORDER BY id")]
    last_day = str(shop.value("SELECT expires_at FROM api_token WHERE id = :id", id=ids[1]))[:10]
    assert flask("tokens", "list").output.splitlines() == [
        f"{ids[1]}  {ending[:8]}…  {ANA}  orders:read  until {last_day}, never used",
        f"{ids[0]}  {token[:8]}…  {ANA}  orders:read,stock:write  until revoked, used {today}  Till",
    ]
    gone = flask("tokens", "revoke", str(ids[0]))
    assert (gone.exit_code, gone.output) == (0, f"Token {ids[0]} is worth nothing from now on.\n")
    ends(shop, token)
    assert looks(shop, ending) == 200


def test_the_command_line_refuses_in_words_and_makes_no_token(shop, flask):
    shop.make_member(ANA)
    shop.make_member(BEN, proven=False)
    scopes = ", ".join(f"{area}:{right}" for area in AREAS for right in ("read", "write"))
    known = f"no scope. There are: {scopes}.\n"
    label = "Error: A label has at most 80 letters, and a token ends after 1 to 3650 days.\n"
    scopes = ("--scopes", "orders:read")
    refused = {
        ("create", ANA, "--scopes", "orders:all,stock:write,admin"): f"Error: admin, orders:all is {known}",
        ("create", ANA, "--scopes", " , "): f"Error: Nothing is {known}",
        ("create", "nobody@example.com", *scopes): "Error: nobody@example.com has no account that could be used.\n",
        ("create", BEN, *scopes): f"Error: {BEN} has no account that could be used.\n",
        ("create", ANA, *scopes, "--days", "0"): label,
        ("create", ANA, *scopes, "--days", "-1"): label,
        ("create", ANA, *scopes, "--days", "3651"): label,
        ("create", ANA, *scopes, "--label", "x" * 81): label,
        ("revoke", "77"): "Error: There is no such token.\n",
    }  # fmt: skip
    for words, sentence in refused.items():
        answer = flask("tokens", *words)
        assert (answer.exit_code, answer.stdout, answer.stderr) == (1, "", sentence)
    for words in (("create", ANA), ("create", ANA, *scopes, "--days", "soon"), ("revoke", "0"), ("revoke", "9" * 30)):
        answer = flask("tokens", *words)
        assert (answer.exit_code, answer.stdout) == (2, "")
    assert shop.rows("SELECT id FROM api_token") == []
    assert shop.rows("SELECT action FROM audit_entry") == []


def test_history_tells_who_made_and_ended_a_token_but_not_the_token(shop, flask):
    member_id = shop.make_member(ANA)
    token = flask("tokens", "create", ANA, "--scopes", "stock:write,orders:read", "--label", "Till").stdout.strip()
    flask("tokens", "revoke", str(shop.value("SELECT id FROM api_token")))
    told = {"token": token[:8], "scopes": ["orders:read", "stock:write"], "label": "Till"}
    with shop.db.reader() as reader:
        entries = list_entries(reader, f"member:{member_id}", None, 10)[::-1]
    assert [(one.actor, one.action, one.before, one.after) for one in entries] == [
        ("system", "token.create", {}, told),
        ("system", "token.revoke", told, {}),
    ]


def test_only_who_may_give_roles_makes_and_ends_tokens(shop):
    shop.make_member(ANA)
    make_token(shop, ANA, "orders:read")
    wanted, token_id = Wanted(ANA, frozenset({"orders:read"})), shop.value("SELECT id FROM api_token")
    for role in Role:
        if Permission.STAFF_WRITE not in ROLES[role]:
            with pytest.raises(Forbidden):
                create(shop.db, Actor(1, ANA, frozenset({role})), wanted, shop.clock())
            with pytest.raises(Forbidden):
                revoke(shop.db, Actor(1, ANA, frozenset({role})), token_id, shop.clock())
    assert shop.rows("SELECT id FROM api_token") == [(token_id,)]
    assert shop.rows("SELECT action FROM audit_entry") == [("token.create",)]
