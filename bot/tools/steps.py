"""How far a training is, in words: Rasa logs the component that it comes to, and we say what it learns."""

from __future__ import annotations

import logging
import re
import sys

from bot.tools.words import Bilingual, Language

_COMPONENT = re.compile(r"(Starting to train|Finished training) component '(\w+)'")
#: How much of the time has passed when a step begins, in percent (measured with 9 500 examples).
LOADING = (0, Bilingual("加载 Rasa", "loading Rasa"))
READING = (15, Bilingual("读取数据、计算句向量", "reading the data, computing sentence vectors"))
PACKING = (98, Bilingual("打包模型", "packing the model"))
#: How much of it each component takes; Rasa trains them in an order of its own.
_LEARNING = {
    "FastIntent": (50, Bilingual("学习意图", "learning intents")),
    "Emotion": (15, Bilingual("学习情绪", "learning emotions")),
    "SpacyEntities": (1, Bilingual("学习实体", "learning entities")),
    "MemoizationPolicy": (1, Bilingual("学习对话", "learning dialogues")),
    "RulePolicy": (6, Bilingual("学习规则", "learning rules")),
}
_READ = 25


class Steps(logging.Handler):
    """Says each step on standard error, with a percentage that never falls."""

    def __init__(self, language: Language) -> None:
        super().__init__(logging.INFO)
        self._language: Language = language
        self._percent = 0

    def follow(self) -> None:
        """Listen to Rasa's training, whatever the level of its other loggers; its own lines stay away."""
        logger = logging.getLogger("rasa.engine.training.hooks")
        logger.setLevel(logging.INFO)
        logger.propagate = False
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        found = _COMPONENT.search(record.getMessage())
        if found is None:
            return
        name = found[2]
        share, what = _LEARNING.get(name, (0, Bilingual(f"训练 {name}", f"training {name}")))
        self._percent = max(self._percent, _READ)
        if found[1].startswith("Starting"):
            self.at(self._percent, what)
        else:
            self._percent += share

    def at(self, percent: int, what: Bilingual) -> None:
        self._percent = max(percent, self._percent)
        self.say(Bilingual(f"{self._percent:3}% {what.zh}", f"{self._percent:3}% {what.en}"))

    def say(self, what: Bilingual) -> None:
        print(f"bot.train: {what.to(self._language)}", file=sys.stderr, flush=True)
