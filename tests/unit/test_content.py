"""What a message can hold: in and out of JSON, as plain text, and as what a lesser channel can show."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.degrade import degrade, kind
from core.messages import (
    Audio,
    Button,
    Buttons,
    Card,
    Content,
    Event,
    File,
    Image,
    Location,
    Picture,
    Press,
    Text,
    Video,
    dump_content,
    parse_content,
    plain_text,
)
from core.wording import EVENTS

BUTTONS = (Button(title="退款", payload="/ask_refund_status"), Button(title="没事"))
ONE_OF_EACH: dict[str, Content] = {
    "text": Text(text="你好"),
    "buttons": Buttons(text="怎么了？", buttons=BUTTONS),
    "press": Press(message_id="m1", index=1, title="退款", payload="/ask_refund_status"),
    "image": Image(blob_id="b1", name="bill.png", mime="image/png", size=9, width=3, height=4),
    "file": File(blob_id="b1", name="bill.pdf", mime="application/pdf", size=9),
    "audio": Audio(blob_id="b1", name="voice.mp3", mime="audio/mpeg", size=9),
    "video": Video(blob_id="b1", name="clip.mp4", mime="video/mp4", size=9),
    "picture": Picture(url="https://example.test/p.png", alt="耳机"),
    "location": Location(latitude=31.2304, longitude=121.4737, label="人民广场"),
    "card": Card(title="耳机", subtitle="黑色", lines=("¥199", "有货"), buttons=BUTTONS),
    "event": Event(name="agent_joined", data={"agent": {"name": "王"}}),
}
each_kind = pytest.mark.parametrize("name", ONE_OF_EACH)
TEXT_ONLY = frozenset({"text"})


def test_there_is_an_example_of_every_kind() -> None:
    assert {kind(content) for content in ONE_OF_EACH.values()} == set(ONE_OF_EACH)
    assert {type(content) for content in ONE_OF_EACH.values()} == set(get_args(Content))


@each_kind
def test_every_kind_survives_the_way_through_json(name: str) -> None:
    content = ONE_OF_EACH[name]
    raw = msgspec.json.decode(msgspec.json.encode(dump_content(content)))
    assert raw["type"] == name
    assert parse_content(raw) == content


@each_kind
def test_every_kind_says_something_as_plain_text(name: str) -> None:
    assert plain_text(ONE_OF_EACH[name]).strip()


@each_kind
def test_every_kind_stays_as_it_is_where_it_can_be_shown(name: str) -> None:
    assert degrade(ONE_OF_EACH[name], frozenset({name})) is ONE_OF_EACH[name]


@each_kind
def test_every_kind_says_the_same_in_words_where_it_cannot_be_shown(name: str) -> None:
    shown = degrade(ONE_OF_EACH[name], TEXT_ONLY, file_url="https://example.test/f")
    assert isinstance(shown, Text)
    for word in {
        "text": ["你好"],
        "buttons": ["怎么了？", "[1] 退款", "[2] 没事"],
        "press": ["退款"],
        "image": ["bill.png", "https://example.test/f"],
        "file": ["bill.pdf", "https://example.test/f"],
        "audio": ["voice.mp3", "https://example.test/f"],
        "video": ["clip.mp4", "https://example.test/f"],
        "picture": ["耳机", "https://example.test/p.png"],
        "location": ["人民广场", "31.23040"],
        "card": ["耳机", "黑色", "¥199", "有货", "[1] 退款", "[2] 没事"],
        "event": ["王"],
    }[name]:
        assert word in shown.text
    assert "/ask_refund_status" not in shown.text  # payloads stay with us


@pytest.mark.parametrize("name", sorted(EVENTS))
@pytest.mark.parametrize("script", ["zh", "zh-Hant", "en"])
def test_nobody_is_left_in_silence_on_a_channel_without_events(name: str, script: str) -> None:
    shown = degrade(Event(name=name), TEXT_ONLY, script=script)  # type: ignore[arg-type]
    assert isinstance(shown, Text) and shown.text.strip() and shown.text != name


def test_what_has_no_words_is_not_sent_at_all() -> None:
    assert degrade(Event(name="something_internal"), TEXT_ONLY) is None
    assert degrade(Text(text=" "), frozenset()) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from([*ONE_OF_EACH, "nothing", 7])},
        optional={
            key: json_values
            for key in ("text", "buttons", "blob_id", "index", "message_id", "url", "title", "name")
        },
    )
)
def test_any_json_is_either_content_or_a_validation_error(raw: dict[str, object]) -> None:
    try:
        content = parse_content(raw)
    except msgspec.ValidationError:
        return
    assert parse_content(dump_content(content)) == content


@given(json_values)
def test_what_is_not_an_object_is_a_validation_error(raw: object) -> None:
    if not isinstance(raw, dict):
        with pytest.raises(msgspec.ValidationError):
            parse_content(raw)
