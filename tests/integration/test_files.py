"""Files: in by upload, out by signed address."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from api import files
from core import schema as s
from core.blobs import FolderStore
from core.errors import NotFound, Unavailable
from core.ids import new_id
from tests.fixtures.desk import CONSOLE


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (30, 20), (1, 2, 3)).save(target, "PNG")
    return target.getvalue()


async def send(person, name: str, data: bytes, mime: str = "application/octet-stream"):
    return await person.http.post(f"{CONSOLE}/uploads", files={"file": (name, data, mime)})


async def test_a_picture_comes_back_by_its_address(desk):
    person = await desk.person("agent")
    answer = (await send(person, "图 1.png", picture(), "image/png")).json()
    assert (answer["name"], answer["mime"], answer["width"], answer["height"]) == (
        "图 1.png",
        "image/png",
        30,
        20,
    )
    stranger = desk.client()
    fetched = await stranger.get(answer["url"])
    assert fetched.status_code == 200 and len(fetched.content) == answer["size"]
    headers = fetched.headers
    assert headers["content-type"] == "image/png" and headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"].startswith("inline")
    assert headers["content-security-policy"].startswith("sandbox")
    again = await stranger.get(answer["url"], headers={"If-None-Match": headers["etag"]})
    assert again.status_code == 304 and not again.content


async def test_what_is_no_picture_is_only_ever_saved(desk):
    person = await desk.person("agent")
    answer = (await send(person, "说明.txt", "你好".encode(), "text/plain")).json()
    fetched = await desk.client().get(answer["url"])
    assert fetched.headers["content-disposition"] == "attachment; filename*=UTF-8''%E8%AF%B4%E6%98%8E.txt"
    assert fetched.headers["content-type"] == "text/plain; charset=utf-8"


async def test_an_address_ends_and_cannot_be_made_up(desk):
    person = await desk.person("agent")
    url = (await send(person, "a.txt", b"hello")).json()["url"]
    other = (await send(person, "b.txt", b"secret")).json()["url"]
    stranger = desk.client()
    mixed = other.split("?")[0] + "?" + url.split("?")[1]
    assert (await stranger.get(mixed)).status_code == 403
    assert (await stranger.get(url.split("?")[0])).status_code == 403
    desk.clock.move(timedelta(hours=2))
    assert (await stranger.get(url)).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "mime", "status"),
    [
        ("a.exe", b"MZ", "application/octet-stream", 415),
        ("a.png", b"<html>", "image/png", 415),
        ("a.txt", b"", "text/plain", 422),
        ("a.txt", b"x" * (10 * 1024 * 1024 + 1), "text/plain", 413),
    ],
)
async def test_what_is_not_taken_leaves_neither_row_nor_file(desk, tmp_path, name, data, mime, status):
    person = await desk.person("agent")
    response = await send(person, name, data, mime)
    assert response.status_code == status and response.json()["field" if status == 422 else "error"]
    assert await desk.count(s.blob) == 0 and await desk.count(s.audit) == 0
    assert [path for path in tmp_path.rglob("blobs/**/*") if path.is_file()] == []


async def test_a_form_without_a_file_is_told_so(desk):
    person = await desk.person("agent")
    response = await person.http.post(f"{CONSOLE}/uploads", data={"x": "y"})
    assert (response.status_code, response.json()["field"]) == (422, "file")


class FullDisk:
    async def put(self, key: UUID, data: bytes) -> None:
        raise Unavailable("disk_full")

    async def get(self, key: UUID) -> bytes:
        raise NotFound("no_such_file")

    async def delete(self, key: UUID) -> None: ...


async def test_a_full_disk_is_said_and_leaves_no_row(desk):
    person = await desk.person("agent")
    desk.app.ctx.blobs = FullDisk()
    response = await send(person, "a.txt", b"hello")
    assert (response.status_code, response.json()["error"]) == (503, "disk_full")
    assert "retry-after" in response.headers
    assert await desk.count(s.blob) == 0 and await desk.count(s.audit) == 0


async def test_a_face_is_a_picture_that_somebody_uploaded(desk):
    person = await desk.person("agent")
    blob_id = (await send(person, "a.png", picture())).json()["blob_id"]
    me = (await person.send("PATCH", "/me", {"avatar_blob_id": blob_id})).json()
    assert (await desk.client().get(me["avatar"])).status_code == 200
    text_id = (await send(person, "a.txt", b"hello")).json()["blob_id"]
    assert (await person.send("PATCH", "/me", {"avatar_blob_id": text_id})).status_code == 404


async def test_a_stream_of_uploads_is_slowed_down(desk):
    person = await desk.person("agent")
    statuses = {(await send(person, "a.txt", b"hello")).status_code for _ in range(25)}
    assert statuses == {200, 429}


async def test_a_visitor_leaves_so_much_a_day_and_no_more(desk):
    client = desk.client()
    session = (await client.post("/api/visitor/v1/sessions", json={"channel": "web"})).json()

    async def upload() -> int:
        return (
            await client.post(
                "/api/visitor/v1/uploads",
                files={"file": ("a.txt", b"hello")},
                headers={"Authorization": f"Bearer {session['token']}"},
            )
        ).status_code

    assert await upload() == 200
    async with desk.db.begin() as tx:
        await tx.run(s.blob.update().values(size=files.VISITOR_BYTES_A_DAY))
    assert await upload() == 429
    assert await desk.count(s.blob) == 1
    async with desk.db.begin() as tx:
        await tx.run(s.blob.update().values(created_at=tx.now - timedelta(days=1)))
    assert await upload() == 200


async def test_a_folder_keeps_whole_files_or_nothing(tmp_path):
    store = FolderStore(tmp_path)
    key = new_id()
    with pytest.raises(NotFound):
        await store.get(key)
    await store.put(key, b"first")
    await store.put(key, b"second")
    assert await store.get(key) == b"second"
    await store.delete(key)
    await store.delete(key)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_a_store_that_cannot_write_says_so_and_leaves_nothing(tmp_path):
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(Unavailable):
        await FolderStore(tmp_path / "taken").put(new_id(), b"data")
    assert [path.name for path in Path(tmp_path).iterdir()] == ["taken"]
