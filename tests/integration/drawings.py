"""Pictures as people, and worse, might send them."""

import io
import struct
import zlib

from PIL import Image

GPS = "GPS of the kitchen"


def picture(size=(600, 400), color=(120, 40, 40)):
    return Image.new("RGB", size, color)


def png(size=(600, 400), color=(120, 40, 40)):
    return saved(picture(size, color), "png")


def saved(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def claimed_png(width, height):
    """A PNG of a few bytes whose head claims any size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def from_a_phone(orientation=6):
    """A JPEG as a phone makes it: on its side, with place, maker, a comment and XMP in it. Its left half is red."""
    image = picture((600, 400), (255, 255, 255))
    image.paste((255, 0, 0), (0, 0, 300, 400))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "NASTYPHONE"
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 26.0), 29: GPS}
    return saved(image, "jpeg", exif=exif, xmp=b"<x:xmpmeta>" + GPS.encode() + b"</x:xmpmeta>", comment=GPS.encode())
