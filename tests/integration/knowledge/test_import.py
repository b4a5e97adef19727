"""Imports are looked at first and done whole; exports come back as they were."""

from __future__ import annotations

import pytest

CSV = """slug,question,answer,category,state,tags
returns,怎么退货,七天内。,退换 | Returns,published,退货
,怎么开发票,在订单里。,,,
"""
BAD = CSV + "Not a slug,怎么修,,,published,\nreturns,重复的地址,x,,gone,\n"


async def sent(person, data, name="articles.csv", **query):
    headers = {"X-CSRF-Token": person.csrf}
    files = {"file": (name, data.encode() if isinstance(data, str) else data)}
    path = "/api/console/v1/knowledge/import"
    return await person.http.post(path, params=query, files=files, headers=headers)


async def test_a_look_says_what_would_happen_and_nothing_does(desk):
    trainer = await desk.person("trainer")
    before = await desk.counts()
    report = (await sent(trainer, CSV)).json()
    assert report["counts"] == {"create": 2, "update": 0, "unchanged": 0, "refused": 0}
    assert [(i["place"], i["action"], i["state"]) for i in report["items"]] == [
        ("2", "create", "published"),
        ("3", "create", "draft"),
    ]
    assert not report["applied"] and await desk.counts() == before


async def test_every_fault_is_named_with_its_row_and_how_to_mend_it(desk):
    trainer = await desk.person("trainer")
    report = (await sent(trainer, BAD)).json()
    assert report["counts"]["refused"] == 2
    refused = {item["place"]: {f["field"] for f in item["faults"]} for item in report["items"][2:]}
    assert refused == {"4": {"slug", "zh.answer"}, "5": {"state"}}
    assert all(f["message"]["en"] and f["fix"]["zh"] for item in report["items"][2:] for f in item["faults"])


async def test_it_is_all_or_nothing_unless_what_is_refused_is_skipped(desk):
    trainer = await desk.person("trainer")
    before = await desk.counts()
    answer = await sent(trainer, BAD, apply="1")
    assert answer.status_code == 409 and await desk.counts() == before
    report = (await sent(trainer, BAD, apply="1", skip="1")).json()
    assert report["applied"] and report["counts"]["create"] == 2
    items = (await trainer.get("/knowledge/articles")).json()["items"]
    assert {(i["question"]["zh"], i["state"]) for i in items} == {
        ("怎么退货", "published"),
        ("怎么开发票", "draft"),
    }
    assert {i["category"]["name"]["en"] for i in items if i["category"]} == {"Returns"}


async def test_the_same_file_again_changes_nothing_and_new_words_update(desk):
    trainer = await desk.person("trainer")
    await sent(trainer, CSV, apply="1")
    again = (await sent(trainer, CSV, apply="1")).json()
    assert again["counts"] == {"create": 0, "update": 0, "unchanged": 2, "refused": 0}
    changed = CSV.replace("七天内。", "十五天内。").replace("在订单里。", "在“我的”里。")
    report = (await sent(trainer, changed, apply="1")).json()
    assert report["counts"]["update"] == 2
    items = (await trainer.get("/knowledge/articles")).json()["items"]
    assert {(i["latest"], i["live"]) for i in items} == {(2, 2), (2, None)}


async def test_publish_is_for_articles_that_do_not_say(desk):
    trainer = await desk.person("trainer")
    report = (await sent(trainer, CSV, apply="1", publish="1")).json()
    assert [item["state"] for item in report["items"]] == ["published", "published"]
    found = (await trainer.get("/knowledge/search", params={"q": "发票", "language": "zh"})).json()["items"]
    assert found[0]["question"] == "怎么开发票"


@pytest.mark.parametrize("format", ["csv", "xlsx", "zip", "json"])
async def test_an_export_comes_back_as_it_was(desk, format):
    trainer = await desk.person("trainer")
    await sent(trainer, CSV, apply="1", publish="1")
    exported = await trainer.get("/knowledge/export", params={"format": format})
    assert f"articles-20260105.{format}" in exported.headers["content-disposition"]
    report = (await sent(trainer, exported.content, f"back.{format}")).json()
    assert report["counts"] == {"create": 0, "update": 0, "unchanged": 2, "refused": 0}


async def test_an_export_obeys_the_filters(desk):
    trainer = await desk.person("trainer")
    await sent(trainer, CSV, apply="1")
    exported = await trainer.get("/knowledge/export", params={"format": "json", "state": "published"})
    assert [record["slug"] for record in exported.json()] == ["returns"]


@pytest.mark.parametrize(("name", "status"), [("a.exe", 415), ("a.csv", 422), ("a.xlsx", 422)])
async def test_what_cannot_be_read_is_refused(desk, name, status):
    trainer = await desk.person("trainer")
    assert (await sent(trainer, "nothing of use", name, apply="1")).status_code == status
    answer = await trainer.post("/knowledge/import")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd"]
)
async def test_pages_of_the_house_are_not_fetched(desk, url):
    trainer = await desk.person("trainer")
    before = await desk.counts()
    answer = await trainer.post("/knowledge/import-page", {"url": url, "apply": True})
    assert (answer.status_code, answer.json()["field"]) == (422, "url")
    assert await desk.counts() == before
