"""Pictures come in the widths that pages use, never wider than they are, and those that came before get theirs."""

import pytest

from store.catalog.models import ProductPicture
from store.catalog.pictures import GALLERY, gallery, of_products
from store.media.rendering import widths
from store.media.service import Pictures
from tests.integration.drawings import picture, png, saved
from tests.integration.staff import hang, make


@pytest.fixture
def pictures(shop) -> Pictures:
    return shop.app.extensions["pictures"]


@pytest.mark.parametrize(
    ("width", "made"),
    [
        (4000, [240, 400, 640, 960, 1440]),
        (1440, [240, 400, 640, 960, 1440]),
        (1200, [240, 400, 640, 960, 1200]),
        (1100, [240, 400, 640, 1100]),
        (640, [240, 400, 640]),
        (90, [90]),
    ],
)
def test_a_picture_is_never_made_wider_than_it_is(width, made):
    assert widths(width) == made


def test_jpeg_is_there_at_once_and_avif_once_the_worker_has_been(shop, pictures):
    prepared = pictures.prepare(png((1600, 400)))
    picture_id = shop.db.run(lambda session: prepared.add(session, shop.clock()))
    made = "SELECT format, width, height FROM rendition WHERE picture_id = :id ORDER BY format, width"
    sizes = [(240, 60), (400, 100), (640, 160), (960, 240), (1440, 360)]
    assert shop.rows(made, id=picture_id) == [("jpeg", *size) for size in sizes]
    shop.worker.drain()
    assert shop.rows(made, id=picture_id) == [(form, *size) for form in ("avif", "jpeg") for size in sizes]
    for key, size in shop.rows("SELECT key, bytes FROM rendition"):
        assert len(pictures.storage.get(key)) == size


def test_the_color_there_is_most_of_is_kept(shop, pictures):
    image = picture((600, 400), (30, 60, 200))
    image.paste((250, 250, 250), (0, 0, 200, 400))
    prepared = pictures.prepare(saved(image, "png"))
    assert prepared.color == "#1e3cc8"
    shop.db.run(lambda session: prepared.add(session, shop.clock()))
    assert shop.value("SELECT color FROM picture") == "#1e3cc8"


def test_what_came_before_gets_its_widths_and_color_by_a_command(shop, pictures):
    prepared = pictures.prepare(png((1500, 1500), color=(10, 200, 90)))
    shop.db.run(lambda session: prepared.add(session, shop.clock()))
    shop.write("DELETE FROM rendition WHERE width <> 960")
    shop.write("UPDATE picture SET color = NULL")
    first = shop.app.test_cli_runner().invoke(args=["media", "render"])
    assert (first.exit_code, first.output.splitlines()[-1]) == (0, "9 made.")
    assert shop.value("SELECT COUNT(*) FROM rendition") == 10
    assert shop.value("SELECT color FROM picture") == "#0ac85a"
    again = shop.app.test_cli_runner().invoke(args=["media", "render"])
    assert again.output.splitlines()[-1] == "No picture lacks anything."


def shown_of(reader, product_id):
    return gallery(reader.execute(GALLERY.where(ProductPicture.product_id == product_id)), [])


def test_a_page_is_offered_each_width_of_either_format(shop):
    tee = make(shop)
    hang(shop, tee)
    with shop.db.reader() as reader:
        (before,) = shown_of(reader, tee)
    assert before.avif_srcset is None
    shop.worker.drain()
    with shop.db.reader() as reader:
        (shown,) = shown_of(reader, tee)
        assert of_products(reader, [tee])[tee] == shown
    folder = shown.src.rpartition("/")[0]
    assert shown.src == shown.full == f"{folder}/600.jpeg"
    assert shown.srcset == f"{folder}/240.jpeg 240w, {folder}/400.jpeg 400w, {folder}/600.jpeg 600w"
    assert shown.avif_srcset == shown.srcset.replace(".jpeg", ".avif")
    assert (shown.width, shown.height, shown.color) == (600, 400, "#782828")
