"""Rasa's own end-to-end stories on a model, run by Rasa as a program of its own: it prints a lot."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.environment import environment
from bot.tools.models import ROOT, ToolFailed
from bot.tools.tables import Table
from bot.tools.words import Bilingual

_LAST_LINES = 5


@dataclass(frozen=True)
class Stories:
    """count: stories that were told.  failed: the names of those that went otherwise."""

    count: int
    failed: list[str] = field(default_factory=list)

    def numbers(self) -> dict[str, Any]:
        return asdict(self)

    def table(self) -> Table:
        passed = self.count - len(self.failed)
        title = Bilingual(
            f"端到端故事：{self.count} 个中 {passed} 个通过",
            f"End-to-end stories: {passed} of {self.count} pass",
        )
        columns = [Bilingual("未通过", "failed")] if self.failed else []
        return Table(title, columns, [[name] for name in self.failed])


def tell(model: Path, stories: Path) -> Stories | None:
    """None if there is no such file.  Raises ToolFailed if Rasa could not run them."""
    if not stories.exists():
        return None
    names = _names(stories)
    with tempfile.TemporaryDirectory() as out:
        # fmt: off
        command = [
            sys.executable, "-m", "rasa", "test", "core", "--model", str(model), "--stories", str(stories),
            "--e2e", "--out", out, "--endpoints", str(ROOT / "endpoints.yml"), "--no-plot",
        ]
        # fmt: on
        ran = subprocess.run(
            command,
            cwd=out,  # Rasa leaves a folder of its own wherever it runs
            env={**os.environ, **environment(), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        wrong = Path(out, "failed_test_stories.yml")
        if ran.returncode or not wrong.exists():
            end = "\n".join(ran.stdout.strip().splitlines()[-_LAST_LINES:])
            raise ToolFailed(
                Bilingual(f"Rasa 未能运行故事：\n{end}", f"Rasa could not run the stories:\n{end}")
            )
        return Stories(len(names), _names(wrong))


def _names(path: Path) -> list[str]:
    """Names of the stories in a file; Rasa writes a comment beside each that failed."""
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    except yaml.YAMLError as err:
        raise ToolFailed(
            Bilingual(f"{path} 不是有效的 YAML：{err}", f"{path} is no valid YAML: {err}")
        ) from err
    stories = (content or {}).get("stories") or [] if isinstance(content, dict) else []
    return [str(item["story"]) for item in stories if isinstance(item, dict) and "story" in item]
