"""What is told about a set of judged sentences: as tables for people, as plain numbers for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bot.tools.chart import reliability_svg
from bot.tools.judging import Judged, emotion_pairs, intent_pairs, slices
from bot.tools.metrics import (
    LabelScore,
    Pair,
    accuracy,
    calibration_error,
    confusions,
    label_scores,
    macro_f1,
    reliability,
)
from bot.tools.tables import Cell, Table, percent
from bot.tools.words import Bilingual, Language

_MOST_CONFUSIONS, _MOST_SENTENCES = 15, 2
_SURE, _RIGHT = Bilingual("置信度", "confidence"), Bilingual("准确率", "accuracy")
_MACRO, _COUNT = Bilingual("宏平均 F1", "macro F1"), Bilingual("句数", "sentences")

#: (what the set is called, its sentences)
Named = tuple[Bilingual, Sequence[Judged]]


def overview(sets: Sequence[Named]) -> Table:
    columns = [
        Bilingual("数据", "set"),
        _COUNT,
        Bilingual("意图准确率", "intent accuracy"),
        _MACRO,
        Bilingual("直接作答", "acted on"),
        Bilingual("其中正确", "right of these"),
        Bilingual("情绪准确率", "emotion accuracy"),
        _MACRO,
    ]
    note = Bilingual(
        "直接作答：足够确定、机器人不再追问的比例（阈值见 config.yml）。",
        "Acted on: the share that is sure enough for the bot not to ask back (thresholds in config.yml).",
    )
    return Table(
        Bilingual("总览", "Overview"), columns, [[name, *_measures(judged)] for name, judged in sets], note
    )


def _measures(judged: Sequence[Judged]) -> list[Cell]:
    acted = [j for j in judged if j.understood.answered]
    intents, emotions = intent_pairs(judged), emotion_pairs(judged)
    return [
        str(len(judged)),
        percent(accuracy(intents)),
        percent(macro_f1(intents)),
        percent(len(acted) / len(judged) if judged else 0.0),
        percent(accuracy(intent_pairs(acted))),
        percent(accuracy(emotions)) if emotions else "-",
        percent(macro_f1(emotions)) if emotions else "-",
    ]


def tables(named: Named, language: Language) -> list[Table]:
    """Everything about one set.  language: of the words inside the drawing."""
    name, judged = named
    return [
        _slices(name, judged),
        _labels(Bilingual(f"{name.zh}：各意图", f"{name.en}: intents"), intent_pairs(judged)),
        _confused(name, judged),
        _calibration(name, judged, language),
        _labels(Bilingual(f"{name.zh}：各情绪", f"{name.en}: emotions"), emotion_pairs(judged)),
    ]


def numbers(judged: Sequence[Judged]) -> dict[str, Any]:
    """The same as `tables`, as JSON knows it; shares from 0 to 1."""
    intents, emotions = intent_pairs(judged), emotion_pairs(judged)
    bins = reliability([(j.understood.confidence, j.right) for j in judged])
    acted = [j for j in judged if j.understood.answered]
    return {
        "sentences": len(judged),
        "intent": _scored(intents),
        "emotion": _scored(emotions),
        "acted_on": len(acted) / len(judged) if judged else 0.0,
        "right_of_acted_on": accuracy(intent_pairs(acted)),
        "confusions": [
            {"true": true, "said": said, "count": count, "sentences": _sentences(judged, (true, said))}
            for (true, said), count in confusions(intents)
        ],
        "calibration": {"error": calibration_error(bins), "bins": [asdict(b) for b in bins]},
        "slices": {
            group.en: {
                "sentences": len(sentences),
                "intent_accuracy": accuracy(intent_pairs(sentences)),
                "intent_macro_f1": macro_f1(intent_pairs(sentences)),
                "emotion_accuracy": accuracy(emotion_pairs(sentences)),
            }
            for group, sentences in slices(judged)
        },
    }


def _scored(pairs: Sequence[Pair]) -> dict[str, Any]:
    return {
        "accuracy": accuracy(pairs),
        "macro_f1": macro_f1(pairs),
        "labels": [asdict(score) for score in label_scores(pairs)],
    }


def _slices(name: Bilingual, judged: Sequence[Judged]) -> Table:
    columns = [
        Bilingual("分组", "slice"),
        _COUNT,
        Bilingual("意图准确率", "intent accuracy"),
        _MACRO,
        Bilingual("情绪准确率", "emotion accuracy"),
    ]
    rows: list[list[Cell]] = [
        [
            group,
            str(len(sentences)),
            percent(accuracy(intent_pairs(sentences))),
            percent(macro_f1(intent_pairs(sentences))),
            percent(accuracy(emotion_pairs(sentences))),
        ]
        for group, sentences in slices(judged)
    ]
    return Table(Bilingual(f"{name.zh}：按语言和长度", f"{name.en}: by language and length"), columns, rows)


def _labels(title: Bilingual, pairs: Sequence[Pair]) -> Table:
    """The weakest first: they are what there is to do."""
    columns = [
        Bilingual("名称", "name"),
        Bilingual("精确率", "precision"),
        Bilingual("召回率", "recall"),
        Bilingual("F1", "F1"),
        _COUNT,
    ]
    scores = sorted(label_scores(pairs), key=lambda score: (score.f1, score.label))
    return Table(title, columns, [_row(score) for score in scores])


def _row(score: LabelScore) -> list[str]:
    shares = (score.precision, score.recall, score.f1)
    return [score.label, *(percent(share) for share in shares), str(score.count)]


def _confused(name: Bilingual, judged: Sequence[Judged]) -> Table:
    columns = [
        Bilingual("应为", "is"),
        Bilingual("误判为", "taken for"),
        Bilingual("次数", "times"),
        Bilingual("例句", "such as"),
    ]
    rows = [
        [true, said, str(count), " | ".join(_sentences(judged, (true, said))[:_MOST_SENTENCES])]
        for (true, said), count in confusions(intent_pairs(judged))[:_MOST_CONFUSIONS]
    ]
    return Table(Bilingual(f"{name.zh}：最常见的混淆", f"{name.en}: most frequent confusions"), columns, rows)


def _sentences(judged: Sequence[Judged], pair: Pair) -> list[str]:
    return [j.example.text for j in judged if (j.example.intent, j.understood.intent) == pair]


def _calibration(name: Bilingual, judged: Sequence[Judged], language: Language) -> Table:
    bins = reliability([(j.understood.confidence, j.right) for j in judged])
    title = Bilingual(f"{name.zh}：置信度可信吗", f"{name.en}: does confidence mean what it says")
    error = calibration_error(bins)
    note = Bilingual(
        f"期望校准误差 {percent(error)}：置信度 80% 的句子应有 80% 正确。",
        f"Expected calibration error {percent(error)}: of sentences that are 80% sure, 80% should be right.",
    )
    rows = [
        [f"{b.low:.1f}-{b.high:.1f}", str(b.count), percent(b.confidence), percent(b.accuracy)] for b in bins
    ]
    drawing = reliability_svg(bins, *(word.to(language) for word in (title, _SURE, _RIGHT)))
    return Table(title, [Bilingual("区间", "range"), _COUNT, _SURE, _RIGHT], rows, note, drawing)
