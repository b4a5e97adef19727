"""Every sentence of the help centre that no article says."""

from __future__ import annotations

from core.bilingual import Bilingual
from core.texts import Script, in_script

WORDS: dict[str, Bilingual] = {
    "help_centre": Bilingual("帮助中心", "Help centre"),
    "title": Bilingual("{title} - {brand}帮助中心", "{title} - {brand} help"),
    "home_title": Bilingual("帮助中心 - {brand}", "Help centre - {brand}"),
    "home_description": Bilingual(
        "{brand}帮助中心：常见问题与使用说明，共 {n} 篇。",
        "The help centre of {brand}: {n} answers to common questions.",
    ),
    "skip": Bilingual("跳到正文", "Skip to content"),
    "language": Bilingual("语言", "Language"),
    "breadcrumb": Bilingual("当前位置", "You are here"),
    # searching
    "ask": Bilingual("有什么可以帮您？", "How can we help?"),
    "search": Bilingual("搜索", "Search"),
    "search_label": Bilingual("搜索帮助", "Search the help centre"),
    "search_hint": Bilingual(
        "说说您的问题，比如：怎么退货", "Ask in your own words, e.g. how do I return it?"
    ),
    "suggestions": Bilingual("建议", "Suggestions"),
    "suggested": Bilingual("{n} 个建议，用上下键选择", "{n} suggestions, choose with the arrow keys"),
    "results_title": Bilingual("“{query}”的搜索结果", "Results for “{query}”"),
    "results": Bilingual("找到 {n} 篇", "{n} found"),
    "results_one": Bilingual("找到 1 篇", "1 found"),
    "nothing": Bilingual("没有找到“{query}”", "Nothing found for “{query}”"),
    "nothing_more": Bilingual(
        "换个说法试试，或者直接问我们。",
        "Try other words, or ask us directly.",
    ),
    "maybe": Bilingual("也许您想问", "Perhaps you meant"),
    # contents
    "hot": Bilingual("大家都在问", "People often ask"),
    "topics": Bilingual("按主题查找", "Browse by topic"),
    "other": Bilingual("其他问题", "Other questions"),
    "all_of_topic": Bilingual("全部 {n} 篇", "All {n}"),
    "empty": Bilingual("帮助文章正在准备", "Articles are on their way"),
    "empty_more": Bilingual(
        "这里还没有文章。有问题可以直接问我们。",
        "There is nothing to read yet. Ask us directly instead.",
    ),
    "only_zh": Bilingual("仅有中文", "Chinese only"),
    "only_en": Bilingual("仅有英文", "English only"),
    "only_zh_more": Bilingual("这篇文章只有中文版。", "This article is available in Chinese only."),
    "only_en_more": Bilingual("这篇文章只有英文版。", "This article is available in English only."),
    # an article
    "updated": Bilingual("更新于 {date}", "Updated {date}"),
    "actions": Bilingual("您可以", "What you can do"),
    "related": Bilingual("相关问题", "Related questions"),
    "helpful_question": Bilingual("这篇文章有帮助吗？", "Did this help?"),
    "yes": Bilingual("有帮助", "Yes"),
    "no": Bilingual("没有帮助", "No"),
    "why": Bilingual("哪里不对？", "What was wrong?"),
    "not_my_question": Bilingual("不是我的问题", "Not my question"),
    "wrong": Bilingual("内容有误", "It is wrong"),
    "outdated": Bilingual("内容过时", "It is outdated"),
    "unclear": Bilingual("看不明白", "It is unclear"),
    "other_reason": Bilingual("其他", "Something else"),
    "comment": Bilingual(
        "还想说什么？（选填，请勿填写个人信息）", "Anything to add? (optional, nothing personal)"
    ),
    "send": Bilingual("提交", "Send"),
    "thanks": Bilingual("谢谢您的反馈！", "Thank you for telling us."),
    "thanks_no": Bilingual(
        "谢谢，我们会改进这篇文章。",
        "Thank you. We will improve this article.",
    ),
    # the chat
    "still": Bilingual("还没解决？", "Still need help?"),
    "still_more": Bilingual(
        "智能助手随时在，也可以转人工。", "The assistant is always here, and so are people."
    ),
    "chat": Bilingual("联系客服", "Chat with us"),
    "about": Bilingual("关于“{question}”：", "About “{question}”: "),
    # errors
    "not_found": Bilingual("没有这个页面", "There is no such page"),
    "not_found_more": Bilingual(
        "它可能已经移走或下线了，搜一搜看。",
        "It may have moved or been taken down. Try a search.",
    ),
    "failed": Bilingual("没有成功", "That did not work"),
    "back_home": Bilingual("回到帮助中心", "To the help centre"),
}

#: Languages by their own names, as a switch shows them.
LANGUAGES: dict[Script, str] = {"zh": "简体中文", "zh-Hant": "繁體中文", "en": "English"}
#: What HTML and search engines call them.
TAGS: dict[Script, str] = {"zh": "zh-Hans", "zh-Hant": "zh-Hant", "en": "en"}


def say(key: str, script: Script, **values: object) -> str:
    return in_script(WORDS[key], script, values)
