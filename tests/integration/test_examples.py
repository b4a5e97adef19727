"""The training examples over HTTP: found, checked, changed in their files, and left alone when refused."""

from __future__ import annotations

import os
from typing import Any

import pytest
import sqlalchemy as sa

from core import schema as s
from core.agents import ROLES
from tests.fixtures.training_files import OTHERS, RETURNS, Files


@pytest.fixture
def files(desk, tmp_path):
    return Files(desk, tmp_path)


@pytest.fixture
async def trainer(desk, files):
    return await desk.person("trainer")


async def only(trainer, **query: str) -> dict[str, Any]:
    items = (await trainer.get("/examples", params=query)).json()["items"]
    assert len(items) == 1, items
    return items[0]


async def audited(desk) -> list[tuple[str, str, dict[str, Any]]]:
    async with desk.db.begin() as tx:
        rows = await tx.all(sa.select(s.audit).where(s.audit.c.verb.like("example.%")).order_by(s.audit.c.id))
    return [(row.verb, row.object, row.data) for row in rows]


def words(text: str, intent: str = "request_return", emotion: str = "neutral") -> dict[str, str]:
    return {"text": text, "intent": intent, "emotion": emotion}


async def test_examples_are_listed_in_the_order_of_their_files_and_found_by_filters(trainer):
    found = (await trainer.get("/examples")).json()
    assert [e["plain"] for e in found["items"]] == [
        "你好",
        "退货",
        "我要退这个耳机，太失望了",
        "I want to send it back",
        "留言",  # is not edited here
    ]
    third = found["items"][2]
    assert (third["text"], third["file"], third["line"], third["editable"]) == (
        "我要退这个[耳机](product)，太失望了",
        "data/nlu/returns.yml",
        10,
        True,
    )

    async def plain(**query: Any) -> list[str]:
        return [e["plain"] for e in (await trainer.get("/examples", params=query)).json()["items"]]

    assert await plain(emotion="disappointed") == ["我要退这个耳机，太失望了"]
    assert await plain(emotion="none") == ["留言"]
    assert await plain(language="en") == ["I want to send it back"]
    assert await plain(intent="greet") == ["你好"]
    assert await plain(q="這個耳機") == ["我要退这个耳机，太失望了"]
    assert await plain(file="data/nlu/others.yml", q="SEND IT") == []
    assert await plain(offset=1, limit=2) == ["退货", "我要退这个耳机，太失望了"]
    assert (await trainer.get("/examples", params={"language": "fr"})).status_code == 422


async def test_the_summary_counts_by_language_and_names_what_is_lacking(trainer):
    summary = (await trainer.get("/examples/summary")).json()
    intents = {row["name"]: row for row in summary["intents"]}
    assert {k: intents["request_return"][k] for k in ("count", "zh", "zh_hant", "en")} == {
        "count": 3,
        "zh": 2,
        "zh_hant": 0,
        "en": 1,
    }
    assert intents["request_return"]["emotions"]["disappointed"] == 1
    assert "2 Chinese examples: write 58 more" in intents["request_return"]["lacks"]
    assert intents["goodbye"]["count"] == 0
    assert summary["entities"][0] == "product" and "order_number" in summary["entities"]
    assert summary["writable"] is True


async def test_new_examples_stand_at_the_end_of_their_intents_and_are_audited(desk, files, trainer):
    answer = await trainer.post(
        "/examples",
        {"examples": [words(" 帮我退掉这台[音箱](product) "), words("您好呀", "greet", "happy")]},
    )
    assert answer.status_code == 201
    assert [(e["plain"], e["line"]) for e in answer.json()["saved"]] == [
        ("帮我退掉这台音箱", 18),
        ("您好呀", 8),
    ]
    assert files.text("returns.yml") == RETURNS + (
        "  - text: |\n      帮我退掉这台[音箱](product)\n    metadata:\n      emotion: neutral\n"
    )
    assert files.text("others.yml") == OTHERS.replace(
        "- intent: leave", "  - text: |\n      您好呀\n    metadata:\n      emotion: happy\n- intent: leave"
    )
    assert await audited(desk) == [
        (
            "example.added",
            "intent:request_return",
            {"after": {**words("帮我退掉这台[音箱](product)"), "file": "data/nlu/returns.yml"}},
        ),
        (
            "example.added",
            "intent:greet",
            {"after": {**words("您好呀", "greet", "happy"), "file": "data/nlu/others.yml"}},
        ),
    ]


async def test_an_example_is_changed_in_its_place(desk, files, trainer):
    old = await only(trainer, q="send it back")
    answer = await trainer.send("PUT", f"/examples/{old['id']}", words("send it back now", emotion="angry"))
    assert answer.status_code == 200 and answer.json()["saved"][0]["emotion"] == "angry"
    assert files.text("returns.yml") == RETURNS.replace("I want to send it back", "send it back now").replace(
        "now\n    metadata:\n      emotion: neutral", "now\n    metadata:\n      emotion: angry"
    )
    verb, _, data = (await audited(desk))[0]
    assert verb == "example.changed"
    assert (data["before"]["text"], data["after"]["text"]) == ("I want to send it back", "send it back now")


async def test_an_example_moves_to_another_intent_and_its_file(files, trainer):
    old = await only(trainer, q="send it back")
    moved = await trainer.send("PUT", f"/examples/{old['id']}", words(old["text"], "greet"))
    assert moved.json()["saved"][0]["file"] == "data/nlu/others.yml"
    assert "send it back" not in files.text("returns.yml") and "send it back" in files.text("others.yml")
    assert (await only(trainer, q="send it back"))["intent"] == "greet"


async def test_an_example_is_removed_with_its_lines_and_nothing_else(desk, files, trainer):
    old = await only(trainer, q="退货")
    assert (await trainer.send("DELETE", f"/examples/{old['id']}")).status_code == 200
    assert files.text("returns.yml") == RETURNS.replace(
        "  - text: |\n      退货\n    metadata:\n      emotion: neutral\n", ""
    )
    assert [verb for verb, _, _ in await audited(desk)] == ["example.removed"]


@pytest.mark.parametrize(
    ("example", "field", "kind"),
    [
        (words("退货！"), "text", "same"),
        (words("退貨", "greet"), "text", "same"),
        (words("I want to send it back!!"), "text", "same"),
        (words("I want to send it backk"), "text", "near"),
        (words("hey there", "greet"), "text", "leak"),
        (words("有人吗", "nothing"), "intent", "label"),
        (words("有人吗", emotion="furious"), "emotion", "label"),
        (words("  "), "text", "label"),
        (words("两行\n字"), "text", "label"),
        (words("看不见\u200e\u2028的"), "text", "label"),
        (words("太" * 501), "text", "label"),
        (words("这个[耳机](gadget)要退"), "text", "entity"),
        (words("这个[耳机](product要退"), "text", "entity"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["text"][:12].strip() or "blank",
)
async def test_what_the_linter_would_find_is_refused_with_no_effect(
    desk, files, trainer, example, field, kind
):
    before = await desk.counts()
    wanted = [words("这是另一句没有问题的话"), example]
    answer = await trainer.post("/examples", {"examples": wanted})
    said = answer.json()
    assert (answer.status_code, said["error"]) == (422, "examples_refused")
    assert [(r["index"], r["field"], r["kind"]) for r in said["refused"]] == [(1, field, kind)]
    assert said["refused"][0]["what"] and said["refused"][0]["fix"]
    old = await only(trainer, q="耳机")
    assert (await trainer.send("PUT", f"/examples/{old['id']}", example)).status_code == 422
    assert files.content() == files.start and await desk.counts() == before


async def test_a_refusal_shows_the_example_that_is_in_the_way_in_the_callers_language(trainer):
    again = {"examples": [words("I want to send it backk", "greet")]}
    (refused,) = (await trainer.post("/examples", again)).json()["refused"]
    assert refused["other"]["plain"] == "I want to send it back" and "is 0.94 like" in refused["what"]
    trainer.http.headers["Accept-Language"] = "zh"
    (refused,) = (await trainer.post("/examples", again)).json()["refused"]
    assert "相似度" in refused["what"] and refused["fix"] == "换一种说法或删除"


async def test_a_list_may_not_repeat_itself_nor_one_pattern(trainer):
    twice = {"examples": [words("把它寄回给你们可以吗"), words("把它寄回给你们，可以吗？")]}
    said = (await trainer.post("/examples", twice)).json()["refused"]
    assert [(r["index"], r["kind"]) for r in said] == [(1, "same")]
    pattern = {"examples": [words("退这台[耳机](product)"), words("退这台[音箱](product)")]}
    said = (await trainer.post("/examples", pattern)).json()["refused"]
    assert [(r["index"], r["kind"]) for r in said] == [(1, "pattern")]


async def test_a_check_says_what_is_wrong_and_saves_nothing(files, trainer):
    good = await trainer.post("/examples", {"examples": [words("这一句还没有人写过")], "check": True})
    assert (good.status_code, good.json()) == (200, {"refused": []})
    bad = await trainer.post("/examples", {"examples": [words("退货")], "check": True})
    assert [r["kind"] for r in bad.json()["refused"]] == ["same"]
    assert files.content() == files.start


async def test_a_tried_sentence_shows_its_tokens_what_is_nearest_and_why(trainer):
    asked = {"text": "这个耳机我想退货", "intent": "greet"}
    found = (await trainer.post("/examples/nearest", asked)).json()
    assert found["tokens"] == ["这个", "耳机", "我", "想", "退货"]
    first = found["neighbours"][0]
    assert (first["plain"], first["intent"], first["emotion"]) == (
        "我要退这个耳机，太失望了",
        "request_return",
        "disappointed",
    )
    assert first["meaning"] is None and 0 < first["similarity"] < 1
    assert (first["shared"][0]["text"], first["shared"][0]["is_word"]) == ("这个耳机", False)
    assert found["leaning"]["intent"] == "request_return" and found["disagrees"] is True
    assert (await trainer.post("/examples/nearest", {"text": " "})).status_code == 422


async def test_who_comes_second_does_not_overwrite_what_the_first_has_changed(desk, files, trainer):
    old = await only(trainer, q="send it back")
    second = await desk.person("supervisor")
    await second.send("PUT", f"/examples/{old['id']}", words("please take it back"))
    theirs, before = files.content(), await desk.counts()
    for answer in (
        await trainer.send("PUT", f"/examples/{old['id']}", words("take this away")),
        await trainer.send("DELETE", f"/examples/{old['id']}"),
    ):
        assert (answer.status_code, answer.json()["error"]) == (409, "example_changed")
    assert files.content() == theirs and await desk.counts() == before


async def test_files_that_are_edited_by_hand_are_followed(files, trainer):
    path = files.folder / "nlu" / "returns.yml"
    path.write_text(RETURNS.replace("退货", "我要退货啦"), "utf-8")
    assert (await only(trainer, q="我要退货啦"))["line"] == 5
    path.write_text("nlu: }", "utf-8")
    answer = await trainer.get("/examples")
    assert (answer.status_code, answer.json()["error"]) == (409, "examples_broken")
    assert "data/nlu/returns.yml:1" in answer.json()["message"]


async def test_the_last_example_of_an_intent_stays(desk, files, trainer):
    last, before = await only(trainer, intent="greet"), await desk.counts()
    for answer in (
        await trainer.send("DELETE", f"/examples/{last['id']}"),
        await trainer.send("PUT", f"/examples/{last['id']}", words(last["text"])),
    ):
        assert (answer.status_code, answer.json()["error"]) == (409, "last_example")
    assert files.content() == files.start and await desk.counts() == before


async def test_the_short_form_is_shown_and_left_to_its_file(desk, files, trainer):
    short, before = await only(trainer, intent="leave_message"), await desk.counts()
    assert short["editable"] is False
    answer = await trainer.post("/examples", {"examples": [words("我想留个言", "leave_message")]})
    assert (answer.status_code, answer.json()["error"]) == (409, "examples_nowhere")
    answer = await trainer.send("PUT", f"/examples/{short['id']}", words("我想留个言", "leave_message"))
    assert (answer.status_code, answer.json()["error"]) == (409, "examples_style")
    assert files.content() == files.start and await desk.counts() == before


async def test_a_folder_that_cannot_be_written_is_named_and_leaves_no_trace(desk, files, trainer):
    before = await desk.counts()
    target = files.folder / "nlu" / ".returns.yml.new"
    target.mkdir()  # whoever runs the tests may write everywhere: the draft cannot be made
    answer = await trainer.post("/examples", {"examples": [words("这一句还没有人写过")]})
    assert (answer.status_code, answer.json()["error"]) == (409, "examples_read_only")
    assert str(files.folder / "nlu") in answer.json()["message"]
    os.rmdir(target)
    assert files.content() == files.start and await desk.counts() == before


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("trainer", "supervisor", "admin")])
async def test_who_does_not_train_neither_sees_nor_changes_examples(desk, files, trainer, role):
    person, old, before = await desk.person(role), await only(trainer, q="退货"), await desk.counts()
    for answer in (
        await person.get("/examples"),
        await person.get("/examples/summary"),
        await person.post("/examples", {"examples": [words("这一句还没有人写过")]}),
        await person.send("PUT", f"/examples/{old['id']}", words("这一句还没有人写过")),
        await person.send("DELETE", f"/examples/{old['id']}"),
        await person.post("/examples/nearest", {"text": "退货"}),
    ):
        assert answer.status_code == 403
    assert files.content() == files.start and await desk.counts() == before
