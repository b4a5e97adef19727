"""`keting test`: how good is the model?  Rasa's stories, a cross-validation on the data, the held-out set.

Ends with 0 if everything could be examined and no story failed; how good is good enough is for people to say.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.tools.judging import Judged, Training, cross_validate, judge
from bot.tools.models import ROOT, Gates, ToolFailed, find, load, newest, unreadable
from bot.tools.report import Named, numbers, overview, tables
from bot.tools.stories import Stories, tell
from bot.tools.tables import Table, page, text
from bot.tools.words import Bilingual, Language, add_language, exit_status, progress, terminal_language
from bot.train import model_path
from bot.training_data import Example, read_examples, read_heldout

_HELD_OUT = Bilingual("留出集", "held-out set")
_TITLE = Bilingual("机器人体检报告", "How good the bot is")


@dataclass(frozen=True)
class Examination:
    model: str
    stories: Stories | None
    sets: dict[str, Named]

    def tables(self, language: Language) -> list[Table]:
        found = [Table(Bilingual(f"模型 {self.model}", f"Model {self.model}"))]
        if self.stories:
            found.append(self.stories.table())
        if self.sets:
            found.append(overview(list(self.sets.values())))
        for named in self.sets.values():
            found += tables(named, language)
        return found

    def numbers(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "stories": self.stories.numbers() if self.stories else None,
            **{name: numbers(judged) for name, (_, judged) in self.sets.items()},
        }


def main(argv: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    try:
        examination = _examine(given)
        found = examination.tables(given.lang)
        print(text(found, given.lang))
        _write(given.html, lambda: page(_TITLE, found, given.lang))
        _write(given.json, lambda: json.dumps(examination.numbers(), ensure_ascii=False, indent=1))
    except ToolFailed as failure:
        print(failure.text.to(given.lang), file=sys.stderr)
        return 2
    return 1 if examination.stories and examination.stories.failed else 0


def present_or_newest(name: str | None) -> Path:
    """The model asked for; else that of the present data, else the newest.  Raises ToolFailed."""
    if name:
        return find(name)
    present = model_path()
    return present if present.exists() else newest()


def pipeline(config: Path) -> Training:
    """How `config.yml` has the classifiers trained."""
    components = {item["name"]: item for item in yaml.safe_load(config.read_text("utf-8"))["pipeline"]}
    fallback = components.get("FallbackClassifier", {})
    emotion = components.get("bot.nlu.emotion.Emotion", {})
    vectors = components.get("bot.nlu.vectors.SentenceVectors")
    return Training(
        float(components.get("bot.nlu.intent.FastIntent", {}).get("c", 0.5)),
        float(emotion.get("c", 0.5)),
        str(vectors.get("encoder", "auto")) if vectors else "none",
        Gates(
            float(fallback.get("threshold", 0.0)),
            float(fallback.get("ambiguity_threshold", 0.0)),
            emotion=float(emotion.get("threshold", 0.5)),
        ),
    )


def _examine(given: argparse.Namespace) -> Examination:
    say = _teller(given.lang)
    path = present_or_newest(given.model)
    if not given.model and path != model_path():
        say(f"数据已变动，测试的是较早的模型 {path.name}", f"the data has changed since: this is {path.name}")
    stories = None
    if not given.no_stories:
        say("正在运行端到端故事", "running the end-to-end stories")
        stories = tell(path, given.stories)
        if stories is None:
            say(f"没有 {given.stories}，跳过故事", f"no {given.stories}: stories are left out")
    sets: dict[str, Named] = {}
    held_out = _read(given.heldout, read_heldout)
    if held_out:
        say("正在测试留出集", "asking the held-out set")
        sets["held_out"] = (_HELD_OUT, judge(load(path), held_out))
    else:
        say(f"{given.heldout} 中没有留出集", f"no held-out set in {given.heldout}")
    if given.folds:
        sets["cross_validation"] = (_cross(given.folds), _cross_validated(given, say))
    return Examination(path.name, stories, sets)


def _cross_validated(given: argparse.Namespace, say: Callable[[str, str], None]) -> list[Judged]:
    examples = _read(given.data, read_examples)
    if not examples:
        raise ToolFailed(Bilingual(f"{given.data} 中没有训练数据", f"no training data in {given.data}"))
    return cross_validate(
        examples,
        pipeline(given.config),
        given.folds,
        lambda fold, of: say(f"交叉验证 第 {fold}/{of} 折", f"cross-validation, fold {fold} of {of}"),
    )


def _read(folder: Path, reader: Callable[[Path], Any]) -> list[Example]:
    try:
        return list(reader(folder))
    except (yaml.YAMLError, OSError) as err:
        raise ToolFailed(unreadable(folder, err)) from err


def _write(file: Path | None, content: Callable[[], str]) -> None:
    if file is None:
        return
    try:
        file.write_text(content(), "utf-8")
    except OSError as err:
        raise ToolFailed(Bilingual(f"无法写入 {file}：{err}", f"{file} cannot be written: {err}")) from err


def _cross(folds: int) -> Bilingual:
    return Bilingual(f"{folds} 折交叉验证", f"{folds}-fold cross-validation")


def _teller(language: Language) -> Callable[[str, str], None]:
    return lambda zh, en: progress(Bilingual(zh, en).to(language))


def _folds(value: str) -> int:
    if not value.isdecimal() or int(value) == 1:
        words = Bilingual("应为 0，或 2 及以上的整数", "0, or a whole number from 2 on")
        raise argparse.ArgumentTypeError(words.to(terminal_language()))
    return int(value)


def _parser() -> argparse.ArgumentParser:
    language = terminal_language()

    def words(zh: str, en: str) -> str:
        return Bilingual(zh, en).to(language)

    parser = argparse.ArgumentParser(
        prog="keting test", description=words("检验机器人的模型", "how good the bot's model is")
    )
    add_language(parser)
    path: dict[str, Any] = {"type": Path, "metavar": "PATH"}
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help=words("模型文件或其哈希开头（默认当前数据的模型）", "file or beginning of its hash"),
    )
    parser.add_argument("--html", **path, help=words("另存为网页", "write a page as well"))
    parser.add_argument("--json", **path, help=words("另存为 JSON", "write JSON as well"))
    parser.add_argument(
        "--folds",
        type=_folds,
        default=3,
        metavar="N",
        help=words("交叉验证折数，0 为不做", "of the cross-validation, 0 for none"),
    )
    parser.add_argument("--no-stories", action="store_true", help=words("不运行故事", "no stories"))
    defaults = {
        "--heldout": (ROOT / "tests/heldout", words("留出集", "held-out set")),
        "--data": (ROOT / "data/nlu", words("训练数据", "training data")),
        "--stories": (ROOT / "tests/test_stories.yml", words("端到端故事", "end-to-end stories")),
        "--config": (ROOT / "config.yml", words("流水线配置", "the pipeline")),
    }
    for option, (default, what) in defaults.items():
        parser.add_argument(option, **path, default=default, help=what)
    return parser


if __name__ == "__main__":
    sys.exit(exit_status(main))
