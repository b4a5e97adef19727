"""Training for people: leaks into the data are found, data is read fast and right, progress is told."""

from __future__ import annotations

import copy
import logging
from pathlib import Path

import pytest

from bot.data_check import main as data_check
from bot.data_faults import check_leaks
from bot.tools.steps import LOADING, Steps
from bot.training_data import Example, read_examples, read_heldout

ROOT = Path(__file__).resolve().parents[2]
HELD_OUT = """
heldout:
  - {text: "你们家音箱能连电视吗", intent: ask_product_info, emotion: neutral}
  - {text: "can this speaker be paired with my old television", intent: ask_product_info, emotion: happy}
"""
DATA = """version: "3.1"

nlu:
- intent: ask_product_info
  metadata:
    kind: question
  examples:
  - text: |
      [客厅S2](product)有几种颜色
    metadata:
      emotion: neutral
  - text: |
      is the [S2]{"entity": "product", "value": "客厅S2"} "yes" or no 🙂?
    metadata:
      emotion: anxious
- intent: greet
  examples: |
    - 你好
    - yes
- synonym: 客厅S2
  examples: |
    - S2
- regex: order_number
  examples: |
    - KT\\d{11}
- lookup: product
  examples: |
    - 拾光X1
"""
LOW = ["--zh=0", "--en=0", "--traditional-share=0", "--emotion=0", "--domain=none.yml"]


def example(text: str) -> Example:
    return Example(text, text, "ask_product_info", "neutral", Path("data.yml"), 3)


@pytest.fixture
def held_out(tmp_path: Path) -> Path:
    folder = tmp_path / "held"
    folder.mkdir()
    (folder / "all.yml").write_text(HELD_OUT, "utf-8")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "products.yml").write_text(DATA, "utf-8")
    return folder


def test_the_held_out_set_is_read_with_its_labels_and_lines(held_out):
    first, second = read_heldout(held_out)
    assert (first.intent, first.emotion, first.line) == ("ask_product_info", "neutral", 3)
    assert (second.language, second.emotion) == ("en", "happy")


@pytest.mark.parametrize(
    "leak",
    [
        "你们家音箱能连电视吗？",
        "你們家音箱能連電視嗎",
        "Can this speaker be paired with my old television?!",
        "can this speaker be paired with my old televisions",
    ],
)
def test_a_sentence_of_the_held_out_set_is_a_leak_in_whatever_dress(held_out, leak):
    (fault,) = check_leaks([example("有黑色的吗"), example(leak)], list(read_heldout(held_out)))
    assert fault.where == "data.yml:3"
    assert str(held_out / "all.yml") in fault.what.en and "留出集" in fault.what.zh
    assert "leave the held-out set alone" in fault.fix.en


def test_sentences_about_the_same_are_no_leak(held_out):
    others = [example("音箱怎么连电视"), example("does it pair with a television")]
    assert list(check_leaks(others, list(read_heldout(held_out)))) == []


def test_sentences_that_the_held_out_set_has_twice_are_not_the_trainers_fault():
    twice = [example("一模一样的句子"), example("一模一样的句子")]
    assert list(check_leaks([example("别的句子")], twice)) == []


def test_the_command_finds_a_planted_leak_and_passes_without_it(data, held_out, capsys):
    given = [str(data), "--heldout", str(held_out), *LOW]
    short = [fault for fault in _faults(given, capsys) if "held-out" in fault]
    assert short == []
    planted = DATA.replace("    - 你好\n", "    - 你好\n    - 你们家音箱能连电视吗\n")
    (data / "products.yml").write_text(planted, "utf-8")
    (leak,) = [fault for fault in _faults(given, capsys) if "held-out" in fault]
    assert "products.yml:17" in leak


def test_faults_are_told_in_the_language_asked_for(data, held_out, capsys):
    assert data_check([str(data), "--heldout", str(held_out), *LOW, "--lang", "zh"]) == 1
    assert "没有标注情绪；在 metadata 里写 emotion" in capsys.readouterr().out


def _faults(given: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    data_check([*given, "--lang", "en"])
    return capsys.readouterr().out.splitlines()


def test_the_quick_reader_reads_what_rasa_reads(data):
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

    from bot.tools.importer import QuickReader

    theirs, ours = RasaYAMLReader().reads(DATA), QuickReader().reads(DATA)
    assert ours.label_fingerprint() == theirs.label_fingerprint()
    assert [m.data for m in ours.training_examples] == [m.data for m in theirs.training_examples]
    assert ours.entity_synonyms == theirs.entity_synonyms == {"S2": "客厅S2"}
    assert [e.text for e in read_examples(data)] == [m.get("text") for m in ours.training_examples]


def test_an_example_that_is_added_to_is_another_one_and_its_copies_stay_as_they_were(data):
    from bot.tools.importer import QuickReader

    example = QuickReader().reads(DATA).training_examples[0]
    copied, before = copy.deepcopy(example), example.fingerprint()
    example.set("script", "Hans")
    assert copied.get("script") is None
    assert copied.fingerprint() == before != example.fingerprint()


@pytest.mark.parametrize("name", ["account.yml", "entities.yml"])
def test_the_quick_reader_reads_the_shipped_data_as_rasa_does(name):
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

    from bot.tools.importer import QuickReader

    text = (ROOT / "data/nlu" / name).read_text("utf-8")
    theirs, ours = RasaYAMLReader().reads(text), QuickReader().reads(text)
    assert [m.data for m in ours.training_examples] == [m.data for m in theirs.training_examples]
    for what in ("entity_synonyms", "regex_features", "lookup_tables", "responses"):
        assert getattr(ours, what) == getattr(theirs, what)


def test_what_is_not_in_order_is_left_to_rasas_reader():
    from rasa.shared.exceptions import YamlException
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

    from bot.tools.importer import QuickReader

    with pytest.raises(YamlException):
        QuickReader().reads("version: '3.1'\nnlu: [")
    with_responses = DATA + "responses:\n  utter_a:\n  - text: yes\n"
    assert QuickReader().reads(with_responses).responses == RasaYAMLReader().reads(with_responses).responses


def test_progress_is_told_in_words_and_never_falls(capsys):
    steps = Steps("zh")
    steps.at(*LOADING)
    for line in (
        "Starting to train component 'Emotion'.",
        "Finished training component 'Emotion'.",
        "Starting to train component 'FastIntent'.",
        "Finished training component 'FastIntent'.",
        "Starting to train component 'SomethingElse'.",
        "Restored component 'X' from cache.",
    ):
        steps.emit(logging.makeLogRecord({"msg": line}))
    assert [line.split("bot.train: ")[1] for line in capsys.readouterr().err.splitlines()] == [
        "  0% 加载 Rasa",
        " 25% 学习情绪",
        " 40% 学习意图",
        " 90% 训练 SomethingElse",
    ]
