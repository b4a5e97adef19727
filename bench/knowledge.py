"""How well and how fast the knowledge base is searched: public sets as articles, words alone in the same
run."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the service does, before numpy is loaded

import numpy as np

from bench.report import Result
from core.ids import new_id
from encoder import CachedEncoder, EncoderMissing, Vectors, encoder_for
from knowledge.content import LANGUAGES, Content, Language, Side
from knowledge.search.articles import Entry, Found, Wanted, entry_of
from knowledge.search.dense import BACKGROUND, Centres
from knowledge.search.expand import Synonyms
from knowledge.search.index import Index
from knowledge.search.lexical import Vocabulary

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 1, 5, tzinfo=UTC)
ARTICLES, PHRASINGS, QUERIES = 10_000, 3, 300


def run() -> Result:
    result = Result(
        "knowledge", "searching the knowledge base: quality on public sets, time with 10 000 articles"
    )
    encoder = _encoder(result)
    folder = Path(os.environ.get("KETING_BENCH_DATA") or ROOT.parent / "shared" / "data")
    if folder.is_dir():
        _afqmc(result, folder / "afqmc_pairs_zh" / "dev.tsv", encoder)
        _banking(result, folder / "banking77", encoder)
    else:
        result.notes.append(f"no public sets at {folder} (KETING_BENCH_DATA): quality was not measured")
    _speed(result)
    return result


def _encoder(result: Result) -> CachedEncoder | None:
    try:
        made = encoder_for(os.environ.get("KETING_ENCODER", "auto"))
    except EncoderMissing as err:
        result.notes.append(str(err))
        return None
    return CachedEncoder(made, ROOT / "var" / "bench-vectors.sqlite") if made is not None else None


def _rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()]


def _afqmc(result: Result, path: Path, encoder: CachedEncoder | None) -> None:
    """A duplicate of each question is to be found among all; one counts as right though many are alike."""
    pairs = _rows(path)
    texts = sorted({pair[1] for pair in pairs})
    queries = [(pair[0], pair[1]) for pair in pairs if pair[2] == "1"]
    groups = {text: [text] for text in texts}
    _quality(result, "AFQMC", "zh", groups, queries, encoder, least=0.35)


def _banking(result: Result, folder: Path, encoder: CachedEncoder | None) -> None:
    groups: dict[str, list[str]] = {}
    for text, label in _rows(folder / "train_5.tsv"):
        groups.setdefault(label, []).append(text)
    queries = [(text, label) for text, label in _rows(folder / "test.tsv")]
    _quality(result, "BANKING77, 5 phrasings", "en", groups, queries, encoder, least=0.86)


def _quality(
    result: Result,
    name: str,
    language: Language,
    groups: dict[str, list[str]],
    queries: Sequence[tuple[str, str]],
    encoder: CachedEncoder | None,
    least: float,
) -> None:
    vocabulary = Vocabulary()
    articles = [_article(language, phrases, vocabulary, encoder) for phrases in groups.values()]
    labels = dict(zip((article.id for article in articles), groups, strict=True))
    centres = _centres(encoder)
    index = Index(articles, vocabulary, Synonyms([]), centres)
    wanted = Wanted(language, NOW)
    asked = encoder.encode([text for text, _ in queries]) if encoder else [None] * len(queries)
    ways: dict[str, Iterable[Vectors | None]] = {"words alone (BM25)": [None] * len(queries)}
    if encoder:
        ways["words and meaning"] = asked
    for way, vectors in ways.items():
        ranks = [
            _rank([labels[hit.article.id] for hit in index.search(text, wanted, vector, 10)], label)
            for (text, label), vector in zip(queries, vectors, strict=True)
        ]
        for most in (1, 3, 10):
            share = sum(rank < most for rank in ranks) / len(ranks)
            bar = least if most == 3 and way == "words and meaning" else None
            result.add(f"{name}, {way}: R@{most}", round(share, 4), "", least=bar)


def _rank(found: list[str], label: str) -> int:
    return found.index(label) if label in found else 10


def _article(
    language: Language, phrases: Sequence[str], vocabulary: Vocabulary, encoder: CachedEncoder | None
) -> Found:
    side = Side(question=phrases[0], similar=tuple(phrases[1:]), answer="-")
    content = Content(zh=side) if language == "zh" else Content(en=side)
    entry = entry_of(language, content, vocabulary)
    vectors = encoder.encode(phrases) if encoder else None
    return _found(content, (replace(entry, vectors=vectors),))


def _found(content: Content, entries: tuple[Entry, ...]) -> Found:
    key: UUID = new_id()
    return Found(
        key, 0, 1, key.hex, None, "public", frozenset(), (), None, None, 0, 0, None, content, entries
    )


def _centres(encoder: CachedEncoder | None) -> Centres | None:
    return Centres({lang: encoder.encode(BACKGROUND[lang]) for lang in LANGUAGES}) if encoder else None


def _speed(result: Result) -> None:
    """Made-up articles in both languages with vectors by chance: what counts is how many there are."""
    rng, numbers = random.Random(1), np.random.default_rng(1)
    vocabulary = Vocabulary()
    articles = [_made_up(i, rng, numbers, vocabulary) for i in range(ARTICLES)]
    centres = Centres({lang: numbers.standard_normal((16, 384), np.float32) for lang in LANGUAGES})
    began = time.perf_counter()
    index = Index(articles, vocabulary, Synonyms([["退款", "退钱"], ["parcel", "package"]]), centres)
    result.add(
        f"{ARTICLES} articles, {index.size} phrases: making the index", time.perf_counter() - began, "s"
    )
    for language in LANGUAGES:
        took, typed = [], []
        for _ in range(QUERIES):
            text = _sentence(language, rng)
            vector = numbers.standard_normal(384, np.float32)
            began = time.perf_counter()
            index.search(text, Wanted(language, NOW), vector, 10)
            took.append(time.perf_counter() - began)
            began = time.perf_counter()
            index.suggest(text[: rng.randint(2, 6)], Wanted(language, NOW))
            typed.append(time.perf_counter() - began)
        result.times(f"search, {language}, query embedding apart", took, p95=30)
        result.times(f"suggestions while typing, {language}", typed, p95=5)


def _made_up(i: int, rng: random.Random, numbers: np.random.Generator, vocabulary: Vocabulary) -> Found:
    sides = {
        language: Side(
            question=f"{_sentence(language, rng)} {i}",
            similar=tuple(_sentence(language, rng) for _ in range(PHRASINGS - 1)),
            answer=" ".join(_sentence(language, rng) for _ in range(8)),
        )
        for language in LANGUAGES
    }
    content = Content(zh=sides["zh"], en=sides["en"])
    return _found(
        content,
        tuple(
            replace(
                entry_of(language, content, vocabulary),
                vectors=numbers.standard_normal((PHRASINGS, 384), np.float32),
            )
            for language in LANGUAGES
        ),
    )


_ZH = (
    "订单 物流 快递 退款 退货 换货 发票 支付 优惠券 会员 积分 账号 密码 手机号 "
    "地址 保修 维修 投影仪 扫地机 耳机 音箱 电池 充电 连接 蓝牙 更新 声音 屏幕 "
    "遥控器 滤网 怎么 为什么 什么时候 可以 不能 多久 多少 哪里 我的 收到 没有 申请 "
    "修改 取消 查询 使用 安装 设置 "
).split()
_EN = (
    "order parcel courier refund return exchange invoice payment coupon member points account password phone "
    "address warranty repair projector vacuum earbuds speaker battery charge connect bluetooth update sound "
    "screen remote filter how why when can cannot long much where my received missing request change cancel "
    "track use install set"
).split()


def _sentence(language: Language, rng: random.Random) -> str:
    words = rng.choices(_ZH if language == "zh" else _EN, k=rng.randint(4, 8))
    return "".join(words) if language == "zh" else " ".join(words)
