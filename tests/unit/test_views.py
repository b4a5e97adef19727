"""How stored contents are shown, without a database."""

from __future__ import annotations

from uuid import UUID

import pytest

from api.views.contents import content, excerpt
from api.views.devices import device
from api.views.lens import EXCERPT, Lens
from api.views.messages import nlu, scored
from core.links import Links
from core.messages import Button, Buttons, Card, Event, Image, Location, Picture, Press, Text, dump_content
from core.secret import Secret

LENS = Lens("zh", Links(Secret("x" * 40)))
BLOB = str(UUID(int=7))


def shown(value, *, internal=False, lens=LENS):
    return content(dump_content(value), lens, internal=internal)


def test_text_stays_as_it_is():
    assert shown(Text("<b>你好</b>")) == {"type": "text", "text": "<b>你好</b>"}


@pytest.mark.parametrize("internal", [False, True])
def test_payloads_are_for_people_of_the_house_only(internal):
    pair = (Button("退款", "/refund"), Button("换货"))
    for value in (Buttons("?", pair), Card("标题", buttons=pair), Press("m", 0, "退款", "/refund")):
        assert ("/refund" in str(shown(value, internal=internal))) is internal


def test_a_card_has_every_field_that_clients_expect():
    assert shown(Card("标题")) == {"type": "card", "title": "标题", "lines": [], "buttons": []}


def test_a_file_gets_a_signed_address_and_a_picture_keeps_its_own():
    image = shown(Image(BLOB, "a b.png", "image/png", 10, 4, 3))
    assert image["url"].startswith(f"/files/{BLOB}/a%20b.png?exp=")
    assert (image["width"], image["height"], image["size"]) == (4, 3, 10)
    assert shown(Picture("https://cdn.example/x.png", "手机")) == {
        "type": "image",
        "blob_id": None,
        "url": "https://cdn.example/x.png",
        "name": "",
        "alt": "手机",
    }


def test_an_event_has_words_in_three_scripts_and_keeps_reasons_at_home():
    joined = Event("agent_joined", {"agent": {"name": "李娜", "avatar_blob_id": BLOB}, "reason": "angry"})
    public, internal = shown(joined), shown(joined, internal=True)
    assert set(public["text"]) == {"zh", "zh-Hant", "en"}
    assert all("李娜" in text for text in public["text"].values())
    assert public["data"]["agent"]["avatar"].startswith(f"/files/{BLOB}/")
    assert "reason" not in public["data"] and internal["data"]["reason"] == "angry"


def test_an_excerpt_is_one_short_line():
    assert excerpt(dump_content(Text("第一行\n\n  第二行")), LENS) == "第一行 第二行"
    long = excerpt(dump_content(Text("字" * 4000)), LENS)
    assert len(long) == EXCERPT and long.endswith("…")
    assert excerpt(dump_content(Image(BLOB, "photo.jpg")), LENS) == "[图片] photo.jpg"
    assert excerpt(dump_content(Location(31.2, 121.4, "上海")), Lens("en", LENS.links)) == "[Location] 上海"
    assert excerpt(dump_content(Press("m", 0, "退款")), LENS) == "退款"


def test_strangers_are_told_apart_by_a_name():
    stranger = UUID("01890000-0000-7000-8000-00000000beef")
    assert LENS.visitor_name(None, stranger) == "访客 BEEF"
    assert Lens("en", LENS.links).visitor_name("", stranger) == "Visitor BEEF"
    assert LENS.visitor_name("张伟", stranger) == "张伟"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0", "WeChat · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.0 Safari/605", "Safari · macOS"),
        ("ShopApp/3.1", "ShopApp/3.1"),
        ("", None),
    ],
)
def test_a_device_is_told_in_a_few_words(agent, words):
    assert device({"user_agent": agent, "screen": ""}) == words


def test_a_screen_that_is_none_is_left_out():
    assert device({"user_agent": "ShopApp", "screen": "<script>"}) == "ShopApp"
    assert device({"user_agent": "", "screen": "390x844"}) == "390x844"


def test_an_understanding_of_an_older_bot_is_completed():
    found = nlu({"intent": {"name": "greet", "confidence": 0.98765}})
    assert found is not None and found.intent == scored({"name": "greet", "confidence": 0.988})
    assert (found.ranking, found.emotion, found.entities) == ([], None, [])
    assert nlu(None) is None and scored({"confidence": 1}) is None
