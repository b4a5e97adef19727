"""What is none of our business, and small talk: answered in a sentence, and back to what we can do."""

from __future__ import annotations

import re

from actions.base import Events, KetingAction, Turn

#: Response of domain.yml -> what it answers.  The first that matches counts.
_SMALL_TALK = {
    "utter_joke": r"笑话|笑話|段子|逗我|\bjokes?\b|make me laugh|something funny",
    "utter_how_are_you": r"你还?好[吗嗎]|最近怎[么麼]样|最近如何|[过過]得怎|吃了[吗嗎没]"
    r"|how are you|how's it going|how have you been|how do you do",
    "utter_who_made_you": r"[谁誰][^，。]{0,6}(?:做|造|[开開][发發]|[发發]明|训练|訓練)"
    r"|who (?:made|built|created|trained|programmed|wrote) you",
    "utter_love_you": r"[爱愛]你|喜[欢歡]你|[男女]朋友|嫁给我|娶我"
    r"|love you|marry me|date me|girlfriend|boyfriend",
    "utter_weather": r"天[气氣]|下雨|气温|氣溫|weather|\brain\b|temperature outside",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _SMALL_TALK.items()}
_ABUSE = re.compile(
    r"傻[逼叉瓜子]|煞笔|沙雕|[脑腦][残殘]|智障|白痴|弱智|[废廢]物|垃圾|[滚滾][蛋开開吧]|去死|他[妈媽]|[妈媽]的|操你|狗屁"
    r"|\b(?:f+u+c+k\w*|shit\w*|idiots?|morons?|stupid|dumb|useless|crap|bitch|asshole|screw you|shut up)\b",
    re.IGNORECASE,
)


class ActionOutOfScope(KetingAction):
    """The second question in a row that is not for us may be one that we do not recognise: a person can."""

    def name(self) -> str:
        return "action_out_of_scope"

    async def act(self, turn: Turn) -> Events:
        chat(turn)
        return []


def soothe(turn: Turn) -> bool:
    """Swearing is answered with help, and with no word about it; who goes on is offered a person.

    False, and nothing said, if there is none.
    """
    if not _ABUSE.search(turn.text):
        return False
    turn.say("utter_calm_person" if turn.has_said("utter_calm") else "utter_calm")
    return True


def small_talk(turn: Turn) -> bool:
    """Answer it if it is some that we know; False, and nothing said, if not."""
    name = next((name for name, pattern in _PATTERNS.items() if pattern.search(turn.text)), None)
    if name is None:
        return False
    turn.say(name)
    return True


def chat(turn: Turn) -> None:
    """Answer what is out of scope."""
    if soothe(turn) or small_talk(turn):
        return
    if turn.intent_before() == turn.intent:
        turn.say("utter_out_of_scope_person")
    else:
        turn.say("utter_out_of_scope")
