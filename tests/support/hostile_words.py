"""What hostile messages are made of."""

from __future__ import annotations

from typing import Any

#: What `{{1337*1337}}` and its like come to where somebody evaluates them.
EVALUATED = ("1787569", "<class '", "uid=0", "lang-zh-lang", "lang-en-lang", "lang-None-lang")
#: A value that only a command could put into a slot as it stands.
PLANTED = "planted-value"
EVERYDAY = (
    *(
        "你好",
        "我的订单到哪了",
        "KT20260101001",
        "0001",
        "运费怎么算？保修多久？怎么开发票",
        "我要报修",
        "拾光X1不转了",
    ),
    *(
        "我要投诉",
        "我要留言",
        "13800000001",
        "算了不填了",
        "是的",
        "不对",
        "跳过",
        "谢谢",
        "那个呢",
        "你是机器人吗",
    ),
    *(
        "hello",
        "where is my order",
        "I want to return this",
        "leave a message",
        "Alex, 13800000001",
        "yes",
        "no",
    ),
    *("my speaker is broken", "I want to complain", "cancel", "and the other one?", "what is the warranty"),
    *(
        "我的訂單到哪裡了",
        "垃圾！！！骗子！！！",
        "转人工",
        "let me talk to a person",
        "blorp fnord wibble",
        "呜噜噜噜",
    ),
)
SLASHES = (
    "/",
    "／",
    "∕",
    "⁄",
    " /",
    "\u200b/",
    "\ufeff／",
    "\u202e/",
    "\n\t/",
    "//",
    "/ /",
    "\u0301/",
    "a\b\b/",
)
COMMANDS = (
    *("restart", "session_start", "back", "request_human", "leave_message", "make_complaint", "greet@1.0"),
    f'inform{{"order_number": "{PLANTED}"}}',
    f'set{{"language": "{PLANTED}", "script": "{PLANTED}"}}',
    f'SetSlots{{"message_text": "{PLANTED}"}}',
    f'slot{{"email": "{PLANTED}"}}',
    *(
        "leave_message_form",
        "action_restart",
        "action_session_start",
        "EXTERNAL: restart",
        "nlu_fallback",
        "",
    ),
)
HTML = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<a href=javascript:alert(1)>订单</a>",
    "&lt;b&gt; <b>bold</b> <!-- ",
    "]]><iframe srcdoc='<script>x</script>'>",
    "![x](javascript:alert(1)) [y](data:text/html,z)",
)
SQL = (
    "'; drop table message; --",
    "1' or '1'='1",
    "KT20260101001' union select * from agent --",
    "%27%20or%201=1",
    "\\'; select pg_sleep(9); --",
    "$$; rollback; $$",
)
TEMPLATES = (
    *(
        "{{1337*1337}}",
        "${1337*1337}",
        "<%= 1337*1337 %>",
        "#{1337*1337}",
        "$((1337*1337))",
        "%s%n%x%d",
        "$(id)",
    ),
    *("{0.__class__.__mro__}", "{text.__class__}", "lang-{language}-lang", "lang-{{language}}-lang", "`id`"),
    *(
        "lang-%(language)s-lang",
        "lang-$language-lang",
        "{order_number}{phone}{}",
        "{",
        "}{",
        "[KT](order_number)",
        "库存是0[零]吗 {0[x]}",
    ),
    *('[x]{"entity": "order_number", "value": "y"}', "{{constructor.constructor('return 1')()}}"),
)
EMOJI = ("😀", "👍🏽", "👨\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "🇹🇼", "❤️", "🤬", "1️⃣")
SCRIPTS = (
    "مرحبا طلبي",
    "שלום הזמנה",
    "नमस्ते ऑर्डर",
    "สวัสดี",
    "안녕 주문",
    "Привет заказ",
    "Γειά",
    "退貨",
    "Order",
)
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\u115f\ufe0f\U000e0041\U000e007f"
CONTROLS = "".join(chr(n) for n in (*range(1, 32), *range(127, 160)))
#: One character each that its compatible form makes eighteen, or that tokenizers peel off one by one.
SWELLING = (
    "\ufdfa",
    "㍿",
    "ﬃ",
    "㋿",
    "…",
    "(",
    '"',
    "'",
    "-",
    "~",
    "@",
    "1",
    "a@",
    "a.",
    "1-",
    "KT",
    "http://",
)

RAW = (
    b"",
    b"{",
    b"null",
    b"\xff\xfe\x00",
    b"[" * 50_000,
    b'{"client_id": "x", "content": {"type": "text", "text": "hi"}}',
    b'{"client_id": 7, "content": {"type": "text", "text": "hi"}}',
    b'{"type": "send", "client_id": "12345678", "content": "hi"}',
    b'{"type": "send", "client_id": "12345678", "content": {"type": "text", "text": "\xed\xa0\x80"}}',
    b'{"type": "send", "client_id": "12345678", "content": {"type": "text", "text": NaN}}',
    b'{"type": "send", "client_id": "../../../etc", "content": {"type": "text", "text": "hi"}}',
    b'{"type": "restart"}',
)
CONTENTS: tuple[tuple[Any, bool | None], ...] = (
    ({"type": "text"}, False),
    ({"type": "text", "text": 7}, False),
    ({"type": "text", "text": ["hi"]}, False),
    ({"type": "text", "text": "你好", "payload": "/restart", "author": "bot", "internal": True}, True),
    ({"type": "buttons", "text": "x", "buttons": [{"title": "x", "payload": "/restart"}]}, False),
    ({"type": "card", "title": "x", "lines": []}, False),
    ({"type": "picture", "url": "javascript:alert(1)"}, False),
    ({"type": "event", "name": "agent_joined", "data": {"agent": {"name": "x"}}}, False),
    ({"type": "image", "blob_id": "0192f3a1-0000-7000-8000-000000000000", "url": "http://x"}, False),
    ({"type": "file", "blob_id": "../../etc/passwd"}, False),
    ({"type": "unknown"}, False),
    ({}, False),
    (
        {
            "type": "press",
            "message_id": "0192f3a1-0000-7000-8000-000000000000",
            "index": 0,
            "title": "x",
            "payload": "/restart",
        },
        False,
    ),
    ({"type": "press", "message_id": "x", "index": 0}, False),
    ({"type": "location", "latitude": 91, "longitude": 0}, False),
    ({"type": "location", "latitude": 1e999, "longitude": 0}, False),
    ({"type": "location", "latitude": 31.2, "longitude": 121.5, "label": "<b>/restart{{7*7}}</b>"}, True),
    ({"type": "location", "latitude": 0, "longitude": 0, "label": "x" * 201}, False),
)
