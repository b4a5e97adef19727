"""Model files in the trainer's tools: found, read, compared, reported; on two models of a few words."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.nlu.text_model import TextModel
from bot.tools import compare, examine
from bot.tools.judging import Training, cross_validate, intent_pairs, judge, slices
from bot.tools.metrics import accuracy
from bot.tools.models import Gates, ToolFailed, find, load, newest
from bot.training_data import Example, read_heldout

TEXTS = {
    "refund": ["退款到哪了", "我的退款呢", "钱退了吗", "refund status", "where is my refund", "退款进度"],
    "hours": ["几点开门", "营业时间", "什么时候关门", "opening hours", "when do you open", "几点下班"],
    "human": ["转人工", "我要人工客服", "找真人", "talk to a person", "human please", "人工"],
}
HELD_OUT = """
heldout:
  - {text: "退款進度如何", intent: refund, emotion: neutral}
  - {text: "几点开门呀", intent: hours, emotion: happy}
  - {text: "我要找真人 please", intent: human, emotion: angry}
  - {text: "when is my refund there", intent: refund, emotion: neutral}
"""
NODES = {
    "run_bot.nlu.intent.FastIntent1": {"config": {"c": 1.0}},
    "run_FallbackClassifier2": {"config": {"threshold": 0.4, "ambiguity_threshold": 0.1}},
}


def write_model(path: Path, texts: dict[str, list[str]]) -> Path:
    """A file as Rasa packs it, of intents alone and without vectors."""
    pairs = [(text, label) for label, examples in texts.items() for text in examples]
    folder = path.parent / path.name.partition(".")[0]
    component = folder / "components" / "train_bot.nlu.intent.FastIntent1"
    component.mkdir(parents=True)
    TextModel.fit([t for t, _ in pairs], [label for _, label in pairs], c=1.0).save(component, "intents")
    (folder / "components" / "train_bot.nlu.emotion.Emotion2").mkdir()
    (folder / "components" / "train_bot.nlu.emotion.Emotion2" / "readme").write_text("nothing was trained")
    (folder / "metadata.json").write_text(json.dumps({"predict_schema": {"nodes": NODES}}))
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, "/")
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good model, and one that learned hours and refunds the wrong way round."""
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "keting-aa11.tar.gz", TEXTS)
    swapped = {**TEXTS, "refund": TEXTS["hours"], "hours": TEXTS["refund"]}
    write_model(folder / "keting-ab22.tar.gz", swapped)
    return folder


@pytest.fixture
def held_out(tmp_path: Path) -> Path:
    (tmp_path / "zh.yml").write_text(HELD_OUT, "utf-8")
    return tmp_path


def test_a_model_is_found_by_path_by_name_and_by_the_beginning_of_its_hash(models):
    good = models / "keting-aa11.tar.gz"
    for name in (str(good), "keting-aa11.tar.gz", "keting-aa", "aa"):
        assert find(name, models) == good


@pytest.mark.parametrize("name", ["", "a", "keting", "zz", "/etc", "*"])
def test_a_name_that_fits_no_model_or_several_is_refused_with_those_there_are(models, name):
    with pytest.raises(ToolFailed, match=r"keting-aa11\.tar\.gz"):
        find(name, models)


def test_a_folder_without_models_says_how_to_get_one(tmp_path):
    with pytest.raises(ToolFailed, match="keting train"):
        newest(tmp_path)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    wrong = tmp_path / "keting-x.tar.gz"
    wrong.write_bytes(b"not a model")
    with pytest.raises(ToolFailed, match="train it again"):
        load(wrong)


def test_a_loaded_model_answers_as_the_trained_one_and_knows_its_thresholds(models):
    model = load(models / "keting-aa11.tar.gz")
    assert model.gates == Gates(0.4, 0.1, 0.0, 0.0)
    assert model.encoder == "none"
    (sure, strange) = model.understand(["我的退款呢", "zzzz"])
    assert sure.intent == "refund" and sure.emotion == "neutral"
    assert sure.answered and not strange.answered


def test_slices_tell_scripts_mixtures_and_lengths_apart(models, held_out):
    judged = judge(load(models / "keting-aa11.tar.gz"), list(read_heldout(held_out)))
    sizes = {name.en: len(group) for name, group in slices(judged)}
    of_lengths = {"1-5 words": 2, "6-15 words": 2}
    of_languages = {"Simplified Chinese": 1, "Traditional Chinese": 1, "English": 1, "mixed": 1}
    assert sizes == of_languages | of_lengths


def test_cross_validation_judges_each_example_once_and_never_by_what_it_learned():
    examples = [
        Example(text, text, label, None, Path("data.yml"), 1)
        for label, texts in TEXTS.items()
        for text in texts
    ]
    rare = Example("只有一句", "只有一句", "rare", None, Path("data.yml"), 9)
    told: list[tuple[int, int]] = []
    judged = cross_validate(
        [*examples, rare], Training(1.0, 0.5, "none", Gates()), 3, lambda *fold: told.append(fold)
    )
    assert [j.example for j in judged] == examples
    assert told == [(1, 3), (2, 3), (3, 3)]
    # it would be perfect if an example were known to the model that judges it
    assert 1 / 3 < accuracy(intent_pairs(judged)) < 1


def test_a_comparison_tells_what_was_fixed_what_was_broken_and_how_each_slice_fares(models, held_out, capsys):
    a, b = str(models / "keting-aa11.tar.gz"), str(models / "keting-ab22.tar.gz")
    assert compare.main([a, b, "--sentences", str(held_out), "--lang", "en"]) == 0
    printed = capsys.readouterr().out
    assert "Broken: 3" in printed and "几点开门呀" in printed and "Fixed: 0" in printed
    assert re.search(r"^all +4 +100\.0% +25\.0%$", printed, re.MULTILINE)
    assert compare.main([b, a, "--sentences", str(held_out), "--lang", "zh"]) == 0
    assert "改对了 3 句" in capsys.readouterr().out


def test_only_a_significantly_worse_model_fails_a_strict_comparison(models, held_out, tmp_path, capsys):
    a, b = str(models / "keting-aa11.tar.gz"), str(models / "keting-ab22.tar.gz")
    few = ["--sentences", str(held_out), "--strict"]
    assert compare.main([a, b, *few]) == 0  # three broken sentences may be an accident: p = 0.25
    many = tmp_path / "many"
    many.mkdir()
    lines = [f'  - {{text: "{text}", intent: {label}}}' for label, texts in TEXTS.items() for text in texts]
    (many / "all.yml").write_text("heldout:\n" + "\n".join(lines), "utf-8")
    strict = ["--sentences", str(many), "--strict", "--lang", "en"]
    assert compare.main([a, b, *strict]) == 1
    assert "significantly worse" in capsys.readouterr().out
    assert compare.main([b, a, *strict]) == 0
    assert "significantly better" in capsys.readouterr().out


def test_a_comparison_without_sentences_or_models_ends_with_two(models, tmp_path, capsys):
    a = str(models / "keting-aa11.tar.gz")
    assert compare.main([a, a, "--sentences", str(tmp_path), "--lang", "en"]) == 2
    assert compare.main([a, "zz", "--lang", "zh"]) == 2
    said = capsys.readouterr().err
    assert "no sentences" in said and "找不到模型" in said


def test_a_report_is_written_as_text_page_and_json_in_both_languages(models, held_out, tmp_path, capsys):
    page, numbers = tmp_path / "r.html", tmp_path / "r.json"
    # fmt: off
    given = [
        "--model", str(models / "keting-aa11.tar.gz"), "--heldout", str(held_out), "--folds", "0",
        "--stories", str(tmp_path / "none.yml"), "--html", str(page), "--json", str(numbers),
    ]
    # fmt: on
    assert examine.main([*given, "--lang", "zh"]) == 0
    ran = capsys.readouterr()
    assert "留出集" in ran.out and "跳过故事" in ran.err
    html = page.read_text("utf-8")
    assert '<html lang="zh-CN">' in html and "<script" not in html
    (drawing,) = re.findall(r"<svg.*?</svg>", html)
    assert ElementTree.fromstring(drawing).tag == "svg"
    held = json.loads(numbers.read_text("utf-8"))["held_out"]
    assert held["sentences"] == 4 and held["intent"]["accuracy"] == 1.0
    assert examine.main([*given, "--lang", "en"]) == 0
    assert "held-out set" in capsys.readouterr().out


def test_a_sentence_with_markup_does_not_become_part_of_the_page(models, tmp_path):
    folder, page = tmp_path / "held", tmp_path / "r.html"
    folder.mkdir()
    evil = "<img src=x onerror=alert(1)> 退款"
    (folder / "a.yml").write_text(f"heldout:\n- {{text: '{evil}', intent: hours}}\n", "utf-8")
    given = ["--heldout", str(folder), "--folds", "0", "--no-stories", "--html", str(page)]
    assert examine.main(["--model", str(models / "keting-aa11.tar.gz"), *given]) == 0
    assert "&lt;img" in page.read_text("utf-8") and "<img" not in page.read_text("utf-8")


def test_a_report_that_cannot_be_written_or_read_ends_with_two(models, held_out, tmp_path, capsys):
    model = str(models / "keting-aa11.tar.gz")
    given = ["--model", model, "--no-stories", "--folds", "0", "--lang", "en"]
    assert examine.main([*given, "--heldout", str(held_out), "--json", str(tmp_path / "no" / "r.json")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    (tmp_path / "broken.yml").write_text("heldout: [", "utf-8")
    assert examine.main([*given, "--heldout", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err
