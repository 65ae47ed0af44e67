"""Where bytes lie: a folder and a bucket keep the same promises."""

import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import obstore
import pytest
import requests

from store.errors import NotFound, Unavailable
from store.media.storage import BucketStorage, FileStorage, open_storage

ONE, OTHER = "a" * 64, "b" * 64
KEY = f"{ONE}/240.jpeg"


@pytest.fixture(scope="module")
def bucket_server():
    """S3 as moto plays it, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            requests.put(f"{url}/pictures", timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    yield url
    child.terminate()
    child.wait(20)


@pytest.fixture
def reach(monkeypatch):
    def reach(url):
        for name, value in {"ENDPOINT_URL": url, "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_REGION", "us-east-1")

    return reach


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path, reach):
    if request.param == "folder":
        return open_storage(f"file:{tmp_path}/media")
    reach(request.getfixturevalue("bucket_server"))
    return open_storage(f"s3://pictures/{tmp_path.name}")


def later(**by):
    return datetime.now(UTC) + timedelta(**by)


def test_an_address_says_which_it_is(tmp_path):
    assert isinstance(open_storage(f"file:{tmp_path}"), FileStorage)
    assert isinstance(open_storage("s3://bucket/prefix"), BucketStorage)
    with pytest.raises(ValueError, match="neither a folder nor a bucket"):
        open_storage("ftp://example.com")


def test_what_was_put_is_there_byte_for_byte(storage):
    content = os.urandom(100_000)
    assert not storage.has(KEY)
    storage.put(KEY, content)
    assert storage.has(KEY)
    assert storage.get(KEY) == content


def test_the_same_key_twice_is_no_fault(storage):
    storage.put(KEY, b"bytes")
    storage.put(KEY, b"bytes")
    assert storage.get(KEY) == b"bytes"


def test_what_is_not_there_is_not_found(storage):
    with pytest.raises(NotFound):
        storage.get(KEY)


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", f"{ONE}/../x.png", f"{ONE}/240.svg", f"{ONE}/a/b.png", "240.jpeg", f"/{KEY}", f"{KEY}\n"],
)
def test_a_key_is_one_of_ours_or_leads_nowhere(storage, key):
    for ask in (storage.get, storage.has, lambda key: storage.put(key, b"bytes")):
        with pytest.raises(NotFound):
            ask(key)
    assert storage.sweep([], later(days=1)) == 0  # nothing was written


def test_a_sweep_takes_what_nothing_owns_and_spares_what_is_new(storage):
    for key in (KEY, f"{ONE}/source.png", f"{OTHER}/240.jpeg", f"{OTHER}/clip.mp3"):
        storage.put(key, b"bytes")
    assert storage.sweep([ONE], later(days=-1)) == 0
    assert storage.sweep([ONE], later(days=1)) == 2
    assert [storage.has(key) for key in (KEY, f"{ONE}/source.png", f"{OTHER}/240.jpeg", f"{OTHER}/clip.mp3")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert storage.sweep([ONE], later(days=1)) == 0


def test_a_bucket_keeps_to_its_prefix(bucket_server, reach):
    reach(bucket_server)
    one, other = open_storage("s3://pictures/first"), open_storage("s3://pictures/second/shop")
    one.put(KEY, b"first")
    other.put(KEY, b"second")
    assert (one.get(KEY), other.get(KEY)) == (b"first", b"second")
    assert one.sweep([], later(days=1)) == 1
    assert other.get(KEY) == b"second"
    everything = [one["path"] for page in obstore.list(BucketStorage("s3://pictures").store, "second") for one in page]
    assert everything == [f"second/shop/{KEY}"]


def test_a_bucket_that_is_away_is_told_apart_from_one_that_is_empty(reach):
    reach("http://127.0.0.1:9")
    away = open_storage("s3://pictures")
    for ask in (away.get, away.has, lambda key: away.put(key, b"bytes")):
        with pytest.raises(Unavailable, match="does not answer"):
            ask(KEY)


def test_a_shop_keeps_its_pictures_in_a_bucket(bucket_server, reach, open_shop):
    reach(bucket_server)
    shop = open_shop(storage_url="s3://pictures/of-a-shop")
    tee = shop.make_item()
    key = shop.show_picture(tee)
    assert shop.visitor().get(f"/media/{key}").data == b"bytes"
    assert not (shop.folder / "media").exists()
