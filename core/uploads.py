"""What people may upload, and what we make of it before it is stored.

A file is taken when its first bytes, its extension and the declared type agree and the type is on the list.
Images are decoded and written anew: what hid in metadata or behind the picture is gone, and it is upright.
"""

from __future__ import annotations

import asyncio
import io
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid, TooLarge, WrongType

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
#: Larger pictures are scaled down to this many pixels a side.
LONGEST_SIDE = 4096
#: Animations are kept as they are up to this size; of larger ones the first frame stays.
MAX_ANIMATION_BYTES = 2 * 1024 * 1024

TYPES: dict[str, tuple[str, ...]] = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "application/pdf": ("pdf",),
    "text/plain": ("txt", "log", "csv", "md"),
}
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
#: Two pictures at once: decoding takes a core and up to 200 MB each.
_DECODING = ThreadPoolExecutor(2, "pictures")
_PROFILE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Upload:
    """A checked file: name without path, mime from TYPES, pixels for images."""

    name: str
    mime: str
    data: bytes
    width: int | None = None
    height: int | None = None


async def check(name: str, declared: str, data: bytes) -> Upload:
    """The upload as it may be stored.  Raises TooLarge, WrongType or Invalid."""
    if len(data) > MAX_BYTES:
        raise TooLarge()
    if not data:
        raise Invalid("empty_file", field="file")
    mime = _kind(declared, data)
    named = _with_extension(clean_name(name), mime)
    if mime in _FORMATS:
        return await asyncio.get_running_loop().run_in_executor(_DECODING, _redraw, named, mime, data)
    return Upload(named, mime, data)


def clean_name(raw: str) -> str:
    """The last part of a path, without control and direction characters, at most 120 characters."""
    last = re.split(r"[/\\]", raw)[-1]
    text = "".join(
        ch for ch in unicodedata.normalize("NFC", last) if unicodedata.category(ch) not in {"Cc", "Cf", "Cs"}
    ).strip(" .")
    stem, dot, extension = text.rpartition(".")
    if dot and len(extension) <= 8:
        return f"{stem[: 119 - len(extension)]}.{extension}"
    return text[:120]


def _kind(declared: str, data: bytes) -> str:
    mime = declared.partition(";")[0].strip().lower()
    found = sniff(data)
    if found is None or (mime not in {"", "application/octet-stream"} and not _agree(mime, found)):
        raise WrongType(field="file")
    return found


def _agree(declared: str, found: str) -> bool:
    aliases = {"image/jpg": "image/jpeg", "text/csv": "text/plain", "text/markdown": "text/plain"}
    return aliases.get(declared, declared) == found


def sniff(data: bytes) -> str | None:
    """The type that the bytes themselves show, of those in TYPES."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    return "text/plain" if _is_text(data) else None


def _is_text(data: bytes) -> bool:
    """UTF-8 or GB 18030, without control characters; what starts like a page or a program is not text."""
    if re.match(rb"\s*(<|#!|MZ|PK|\x7fELF)", data) or re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _with_extension(name: str, mime: str) -> str:
    allowed = TYPES[mime]
    stem, dot, extension = name.rpartition(".")
    if not name:
        return f"file.{allowed[0]}"
    if not dot or not stem:
        return f"{name}.{allowed[0]}"
    if extension.lower() not in allowed:
        raise WrongType(field="file")
    return name


def _redraw(name: str, mime: str, data: bytes) -> Upload:
    """Decode and encode again.  Runs in a thread."""
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[mime]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooLarge("too_many_pixels", field="file")
            if (
                getattr(image, "is_animated", False)
                and mime == "image/gif"
                and len(data) <= MAX_ANIMATION_BYTES
            ):
                return Upload(name, mime, data, image.width, image.height)
            return _encoded(name, mime, image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise WrongType(field="file") from None


def _encoded(name: str, mime: str, image: Image.Image) -> Upload:
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG: decode a huge one at half size or less
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if mime == "image/jpeg" and upright.mode not in {"RGB", "L"}:
        upright = upright.convert("RGB")
    upright.info = {key: upright.info[key] for key in ("transparency",) if key in upright.info}
    options: dict[str, object] = {"quality": 88} if mime in {"image/jpeg", "image/webp"} else {}
    if profile and len(profile) <= _PROFILE_BYTES and image.mode == upright.mode and mime != "image/gif":
        options["icc_profile"] = profile
    target = io.BytesIO()
    upright.save(target, _FORMATS[mime], **options)
    return Upload(name, mime, target.getvalue(), upright.width, upright.height)
