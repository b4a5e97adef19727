"""Files from outside: what is taken, and what is left of it."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core import uploads
from core.errors import Invalid, KetingError, TooLarge, WrongType
from core.uploads import check, clean_name


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **options) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, kind, **options)
    return target.getvalue()


def photo_taken_sideways() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees to see it upright
    exif[0x010F] = "A camera that knows where you live"
    return picture("JPEG", exif=exif)


async def test_a_picture_loses_its_metadata_and_stands_upright():
    upload = await check("a.jpg", "image/jpeg", photo_taken_sideways())
    assert (upload.width, upload.height) == (20, 40)
    assert b"knows where" not in upload.data
    with Image.open(io.BytesIO(upload.data)) as image:
        assert image.size == (20, 40) and not image.getexif()


async def test_what_hides_behind_a_picture_is_gone():
    upload = await check("a.png", "image/png", picture() + b"<script>alert(1)</script>")
    assert b"script" not in upload.data


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_every_kind_of_picture_survives(kind):
    name = f"图片.{kind.lower()}"
    upload = await check(name, f"image/{kind.lower()}", picture(kind))
    assert (upload.name, upload.width, upload.height) == (name, 40, 20)


def animation(side: int, frames: int = 3) -> bytes:
    """Frames of noise, which do not compress."""
    target = io.BytesIO()
    noise = [
        Image.frombytes("L", (side, side), random.Random(n).randbytes(side * side)) for n in range(frames)
    ]
    noise[0].save(target, "GIF", save_all=True, append_images=noise[1:])
    return target.getvalue()


async def test_a_small_animation_is_kept_as_it_is():
    data = animation(side=8)
    assert (await check("a.gif", "image/gif", data)).data == data


async def test_of_a_large_animation_one_frame_is_left():
    data = animation(side=900)
    assert len(data) > uploads.MAX_ANIMATION_BYTES
    upload = await check("a.gif", "image/gif", data)
    with Image.open(io.BytesIO(upload.data)) as image:
        assert not getattr(image, "is_animated", False)


async def test_a_huge_picture_is_scaled_down():
    upload = await check("a.png", "image/png", picture(size=(6000, 30)))
    assert upload.width == uploads.LONGEST_SIDE


async def test_a_decompression_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(TooLarge):
        await check("a.png", "image/png", picture(size=(20000, 2600)))


@pytest.mark.parametrize(
    ("name", "declared", "data"),
    [
        ("a.png", "image/png", b"not a picture"),
        ("a.png", "image/png", picture("JPEG")),
        ("a.png", "image/jpeg", picture("PNG")),
        ("a.exe", "image/png", picture("PNG")),
        ("a.png", "image/png", picture("PNG")[:60]),
        ("a.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.html", "text/html", b"<html>"),
        ("a.txt", "text/plain", b"<script>alert(1)</script>"),
        ("a.txt", "text/plain", b"\x00\x01\x02"),
        ("a.txt", "text/plain", b"#!/bin/sh"),
        ("a.zip", "application/zip", b"PK\x03\x04"),
        ("a.txt", "text/plain", b"PK\x03\x04 text"),
        ("a.exe", "application/octet-stream", b"MZ program"),
        ("a.exe", "", b"just words"),
    ],
)
async def test_a_file_that_is_not_what_it_says_is_refused(name, declared, data):
    with pytest.raises(WrongType):
        await check(name, declared, data)


@pytest.mark.parametrize(
    ("name", "declared", "data", "mime"),
    [
        ("说明.txt", "text/plain", "订单号 123".encode(), "text/plain"),
        ("gb.txt", "text/plain", "订单号 123".encode("gb18030"), "text/plain"),
        ("a.csv", "text/csv", b"a,b\n1,2\n", "text/plain"),
        ("bill.pdf", "application/pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("photo", "application/octet-stream", picture("PNG"), "image/png"),
    ],
)
async def test_plain_files_pass(name, declared, data, mime):
    assert (await check(name, declared, data)).mime == mime


async def test_empty_and_oversized_files_are_refused():
    with pytest.raises(Invalid):
        await check("a.txt", "text/plain", b"")
    with pytest.raises(TooLarge):
        await check("a.txt", "text/plain", b"a" * (uploads.MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.png", "a.png"),
        ("a\x00b\n.png", "ab.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("  .hidden. ", "hidden"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
        ("", ""),
    ],
)
def test_names_lose_paths_and_tricks(raw, clean):
    assert clean_name(raw) == clean


async def test_a_missing_name_or_extension_is_added():
    assert (await check("", "image/png", picture())).name == "file.png"
    assert (await check("图片", "image/png", picture())).name == "图片.png"


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=40), st.sampled_from([*uploads.TYPES, "", "x/y"]), st.binary(max_size=300), st.booleans()
)
async def test_nothing_but_our_own_errors_comes_out(name, declared, data, as_picture):
    try:
        upload = await check(name, declared, (picture()[:40] + data) if as_picture else data)
    except KetingError:
        return
    assert upload.mime in uploads.TYPES and upload.name
