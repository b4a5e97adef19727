"""The linter of the training data: what it lets pass, what it stops, and that the shipped data passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.data_check import known_intents, main
from bot.data_faults import Quota, check, near_pairs
from bot.training_data import Example, fold, is_traditional, read_examples, skeleton

ROOT = Path(__file__).parents[2]
NONE = Quota(zh=0, en=0, traditional_share=0, wide_zh=0, wide_en=0, emotion=0)

FILE = """
version: "3.1"
nlu:
- intent: ask_order_status
  examples:
  - text: |
      我的订单[KT20260318042](order_number)到哪了
    metadata:
      emotion: neutral
  - text: |
      where is my parcel
    metadata:
      emotion: anxious
- regex: order_number
  examples: |
    - KT\\d{11}
"""


def example(text: str, intent: str = "greet", emotion: str | None = "neutral", line: int = 1) -> Example:
    return Example(text, text, intent, emotion, Path("data.yml"), line)


def faults(*examples: Example, intents: frozenset[str] | None = None, quota: Quota = NONE) -> list[str]:
    return [str(fault) for fault in check(examples, intents, quota)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.yml").write_text(FILE, "utf-8")
    return tmp_path


def test_an_example_is_read_with_its_place_emotion_and_plain_text(folder):
    first, second = read_examples(folder)
    assert (first.text, first.intent, first.emotion, first.line) == (
        "我的订单KT20260318042到哪了",
        "ask_order_status",
        "neutral",
        6,
    )
    assert (second.language, second.emotion) == ("en", "anxious")


def test_the_short_form_is_read_too_and_lacks_emotions(tmp_path):
    (tmp_path / "a.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - 你好\n    - hi\n", "utf-8")
    assert [(e.text, e.emotion) for e in read_examples(tmp_path)] == [("你好", None), ("hi", None)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我的订单到哪了", "zh-Hans"),
        ("我的訂單到哪了", "zh-Hant"),
        ("where is it", "en"),
        ("我的order呢", "zh-Hans"),
    ],
)
def test_language_and_script_are_told_apart(text, language):
    assert example(text).language == language


def test_text_common_to_both_scripts_is_not_traditional():
    assert not is_traditional("你好")


def test_width_case_blanks_and_marks_do_not_make_another_text():
    assert fold("ＯＫ ，好的！") == fold("ok好的")
    assert fold("👍") != fold("🙏")


def test_a_skeleton_keeps_entity_names_and_forgets_values():
    one = replace(example("x"), marked="查 [KT20260318042](order_number)，3天了")
    other = replace(example("x"), marked='查[KT20260101001]{"entity": "order_number"} 12天了!')
    assert skeleton(one) == skeleton(other) == "查<order_number>0天了"


def test_clean_examples_have_no_fault():
    assert (
        faults(
            example("你好"),
            example("where is my parcel", "ask_order_status", "anxious"),
            intents=frozenset({"greet", "ask_order_status"}),
        )
        == []
    )


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (example("hi", emotion=None), "no emotion"),
        (example("hi", emotion="furious"), "'furious' is unknown"),
        (example("hi", intent="great"), "not in the domain"),
        (example(""), "no text"),
    ],
)
def test_a_wrong_label_is_told_with_its_place(bad, words):
    (line,) = faults(replace(bad, line=7), intents=frozenset({"greet"}))
    assert line.startswith("data.yml:7: ")
    assert words in line


def test_a_repeated_text_is_a_duplicate_even_with_other_marks():
    (line,) = faults(example("Hi there!"), example("hi there", line=9))
    assert line.startswith("data.yml:9: 'hi there' repeats data.yml:1")


def test_one_text_in_two_intents_is_a_conflict():
    (line,) = faults(example("算了", "goodbye"), example("算了。", "cancel_form", line=5))
    assert "is cancel_form here and goodbye at data.yml:1" in line


def test_nearly_the_same_text_is_found_and_a_merely_similar_one_is_not():
    long = "please tell me where my parcel with the new phone is right now"
    found = [
        (a.line, b.line)
        for a, b, _ in near_pairs(
            [
                example(long, line=1),
                example(long + "!?", line=2),
                example(long.replace("phone", "watch"), line=3),
                example("where is my parcel", line=4),
            ]
        )
    ]
    assert (1, 2) in found
    assert all(4 not in pair for pair in found)


def test_the_rare_gram_shortcut_misses_no_pair():
    texts = ["".join("abcd"[(i * k + k * k) % 4] for i in range(9 + k % 3)) for k in range(60)]
    examples = [example(text, line=i) for i, text in enumerate(dict.fromkeys(texts))]
    grams = [{e.text[i : i + 3] for i in range(len(e.text) - 2)} for e in examples]
    slow = {
        (i, j)
        for j in range(len(examples))
        for i in range(j)
        if len(grams[i] & grams[j]) / len(grams[i] | grams[j]) > 0.8
    }
    assert {(a.line, b.line) for a, b, _ in near_pairs(examples)} == slow


def test_too_many_sentences_of_one_pattern_are_stopped():
    many = [
        replace(example(f"查 {number}"), marked=f"查 [{number}](order_number)")
        for number in ("KT20260318042", "KT98765432109")
    ]
    (line,) = faults(*many)
    assert "2 of 2 examples of greet read '查<order_number>'; keep 1" in line


def test_missed_quotas_say_how_many_to_write():
    quota = replace(NONE, zh=2, en=1, traditional_share=0.5, emotion=1)
    told = faults(example("你好"), quota=quota)
    assert "greet: 1 Chinese examples; write 1 more" in told
    assert "greet: 0 English examples; write 1 more" in told
    assert "greet: 0 of 1 Chinese examples are Traditional; write 1 more" in told
    assert "angry: 0 examples; label or write 1 more" in told


def test_the_domain_is_asked_for_its_intents_only_and_not_understood_is_one_by_itself(tmp_path):
    domain = tmp_path / "domain.yml"
    domain.write_text(
        "version: '3.1'\n\nintents:\n- greet\n# of forms\n- inform: {use_entities: []}\n\n"
        "responses:\n  utter_a:\n  - buttons: [{title: In stock?, payload: /x}]\n",
        "utf-8",
    )
    assert known_intents(domain) == frozenset({"greet", "inform", "nlu_fallback"})
    assert known_intents(tmp_path / "none.yml") is None


def test_the_command_ends_with_one_and_counts_the_faults(folder, capsys):
    assert main([str(folder), "--domain", str(folder / "none.yml")]) == 1
    printed = capsys.readouterr().out
    assert "ask_order_status: 1 Chinese examples; write 59 more" in printed
    assert printed.rstrip().endswith("faults in 2 examples")


def test_the_command_ends_with_zero_when_all_is_well(folder):
    low = ["--zh=1", "--en=1", "--traditional-share=0", "--emotion=0"]
    assert main([str(folder), "--domain", "none.yml", *low]) == 0


def test_an_empty_folder_and_broken_yaml_are_faults(tmp_path, capsys):
    assert main([str(tmp_path), "--emotion=0"]) == 1
    (tmp_path / "a.yml").write_text("nlu: [", "utf-8")
    assert main([str(tmp_path)]) == 1
    assert "not readable as YAML" in capsys.readouterr().err


def test_the_shipped_training_data_is_clean(capsys):
    assert main([str(ROOT / "data/nlu"), "--domain", str(ROOT / "domain.yml")]) == 0, capsys.readouterr().out
