"""Words that carry a feeling, so that the emotion classifier knows those that no example happens to hold.

A cue is a hint, not a verdict: it becomes one more word of the text, and training decides what it weighs
beside the rest ("thanks for nothing" holds a happy one).  Add words freely; the lists are ours.
"""

from __future__ import annotations

import re

_CUES: dict[str, tuple[str, str]] = {
    "angry": (
        "气死|气炸|气愤|生气|愤怒|火大|恼火|垃圾|骗子|骗人|骗钱|欺骗|坑人|坑爹|坑钱|黑心|奸商|无耻|不要脸"
        "|恶心|过分|忍无可忍|受够|受不了|烦死|滚|他妈|妈的|尼玛|卧槽|傻逼|脑残|有病|放屁|胡说|狗屁|差劲"
        "|太差|糟糕透|什么玩意|什么态度|什么破|破店|破公司|烂透|太烂|糊弄|敷衍|耍我|耍人|玩我|当我傻"
        "|推来推去|踢皮球|曝光|起诉|律师函|12315|消协|举报你|凭什么|有完没完|岂有此理|离谱|扯淡",
        r"furious|outrag\w+|liars?|lying|scam\w*|frauds?|cheat\w*|thie\w+|ridiculous|unacceptable"
        r"|disgust\w+|disgrace\w*|worst|pathetic|useless|garbage|trash|rubbish|crap|bullshit|damn|wtf"
        r"|fuck\w*|shit\w*|idiots?|stupid|morons?|incompeten\w+|fed up|sick (?:and tired )?of|pissed"
        r"|angry|livid|mad at|lawyer|sue you|rip ?off|robbery|what a joke|shame on|how dare"
        r"|enough is enough|had enough|nonsense|insult\w*|appalling|screw you",
    ),
    "anxious": (
        "着急|好急|很急|急死|急用|急需|焦急|担心|焦虑|好慌|心慌|慌了|害怕|好怕|紧张|求求|救命|来不及"
        "|赶时间|等不了|急急急|不会是被|会不会丢|万一|尽快",
        r"worr\w+|anxious|nervous|urgent\w*|asap|hurry|panick?\w*|afraid|scared|desperate\w*|stress\w*"
        r"|in a rush|running out of time|please help|freaking out|right away|deadline",
    ),
    "disappointed": (
        "失望|寒心|心寒|心凉|唉|哎|后悔|白等|白跑|遗憾|可惜|难过|郁闷|不值|没想到会|再也不|不如以前"
        "|越来越差|伤心|无奈|心累",
        r"disappoint\w*|let down|sad|sadly|regret\w*|expected (?:better|more)|sigh|unfortunate\w*"
        r"|not worth|underwhelm\w*|too bad|upset|what a shame|a pity|not what i|used to be better"
        r"|never again|gave up|meh",
    ),
    "happy": (
        "太好了|开心|高兴|喜欢|满意|真棒|太棒|很棒|点赞|完美|哈哈|嘻嘻|嘿嘿|爱了|惊喜|感谢|多谢|给力|好评"
        "|贴心|辛苦了|真不错|太赞",
        r"love|lov(?:ed|ing|ely)|great|awesome|happy|thank\w*|perfect\w*|wonderful|amazing|excellent"
        r"|glad|delighted|brilliant|fantastic|yay|superb|appreciate\w*|pleased|impressed"
        r"|works like a charm|haha",
    ),
}
_PATTERNS = {emotion: re.compile(rf"{zh}|\b(?:{en})\b", re.IGNORECASE) for emotion, (zh, en) in _CUES.items()}
_SHOUTING = re.compile(r"[!?]{2,}")
#: A cue counts as much as a few words of the text.
_WEIGHT = 2


def with_cues(text: str) -> str:
    """A normalised text with a word for each feeling that its words name, and one for shouting."""
    found = [f"cue{emotion}" for emotion, pattern in _PATTERNS.items() if pattern.search(text)]
    if _SHOUTING.search(text):
        found.append("cueshouting")
    return " ".join([text, *(found * _WEIGHT)])
