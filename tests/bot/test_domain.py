"""domain.yml, rules and actions agree with each other, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from bot import train
from bot.nlu.language import script_of

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
RULES = [yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "data/rules").glob("*.yml")]
#: Set by rule or by the classifiers, with no examples and no words for visitors.
SILENT = {"nlu_fallback"}


def variations(name):
    return {(v["condition"][0]["value"] if "condition" in v else "zh"): v for v in DOMAIN["responses"][name]}


@pytest.mark.parametrize("name", sorted(DOMAIN["responses"]))
def test_a_response_has_both_languages_with_the_same_gaps_and_buttons(name):
    zh, en = variations(name)["zh"], variations(name)["en"]
    for part in ("text", "custom"):
        gaps = [set(re.findall(r"{(\w+)}", str(v.get(part, "")))) for v in (zh, en)]
        assert gaps[0] == gaps[1]
    assert [b["payload"] for b in zh.get("buttons", [])] == [b["payload"] for b in en.get("buttons", [])]
    assert not re.search(r"[\u4e00-\u9fff]", en["text"])
    assert script_of(re.findall(r"[\u4e00-\u9fff]", zh["text"])) != "Hant"


def test_every_button_leads_to_an_intent():
    for response in DOMAIN["responses"].values():
        for variation in response:
            for button in variation.get("buttons", []):
                assert button["payload"].lstrip("/").partition("{")[0] in DOMAIN["intents"]


def test_every_intent_has_a_rule():
    text = json.dumps(RULES)
    for intent in DOMAIN["intents"]:
        assert f'"intent": "{intent}"' in text, intent


def test_responses_that_actions_say_exist_and_none_is_left_over():
    said = set()
    for path in (ROOT / "actions").rglob("*.py"):
        said |= set(re.findall(r'"(utter_(?!action)\w+)"', path.read_text("utf-8")))
    by_rules = set(re.findall(r"utter_\w+", json.dumps(RULES)))
    asked = {f"utter_ask_{slot}" for form in DOMAIN["forms"].values() for slot in form["required_slots"]}
    known = set(DOMAIN["responses"])
    assert said <= known and by_rules <= known and asked <= known
    assert known <= said | by_rules | asked


def test_every_static_answer_can_be_given_inside_a_form():
    rules = {r["rule"]: r for document in RULES for r in document["rules"]}
    for form in DOMAIN["forms"]:
        steps = rules[f"something else asked during {form}"]["steps"]
        beside = {choice["intent"] for choice in steps[0]["or"]}
        assert beside | {"affirm", "deny", "inform", "request_human", "cancel_form"} == set(DOMAIN["intents"])


def test_readings_offered_as_buttons_have_titles_in_both_languages():
    titles = json.loads((ROOT / "actions/intent_titles.json").read_text("utf-8"))
    assert set(titles) <= set(DOMAIN["intents"])
    assert all(title["zh"] and title["en"] for title in titles.values())


def test_the_catalogue_is_what_the_demo_shop_sells():
    """The page of the shop names each product as `name: {zh, en}`, then a note and the price."""
    shop = (ROOT / "web/demo/src/words.ts").read_text("utf-8").partition("PRODUCTS")[2]
    sold = re.findall(r'name: { zh: "(.+?)", en: "(.+?)" },.*?price: (\d+)', shop, re.DOTALL)
    catalogue = json.loads((ROOT / "actions/catalogue.json").read_text("utf-8"))
    known = [(p["name"]["zh"], p["name"]["en"], str(p["price"])) for p in catalogue.values()]
    assert sold and known == sold


def test_entities_know_every_product_by_the_names_of_the_catalogue_and_no_other_model():
    entities = yaml.safe_load((ROOT / "data/nlu/entities.yml").read_text("utf-8"))["nlu"]
    synonyms = {e["synonym"]: e["examples"] for e in entities if "synonym" in e}
    looked_up = next(e["examples"] for e in entities if e.get("lookup") == "product")
    catalogue = json.loads((ROOT / "actions/catalogue.json").read_text("utf-8"))
    for name, product in catalogue.items():
        assert product["kind"] in synonyms
        for text in product["name"].values():
            assert f"- {text}\n" in synonyms[name] and f"- {text}\n" in looked_up
    models = {name for name, examples in synonyms.items() if re.search(r"\d", examples)}
    assert models <= set(catalogue)


def test_the_model_gets_another_name_when_an_ingredient_changes(tmp_path):
    for name in ("config.yml", "domain.yml", "data/nlu/a.yml", "bot/nlu/x.py", "bot/uv.lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    before = train.content_hash(tmp_path)
    (tmp_path / "notes.txt").write_text("2")
    assert train.content_hash(tmp_path) == before
    (tmp_path / "data/nlu/a.yml").write_text("2")
    after = train.content_hash(tmp_path)
    assert after != before and after in train.model_path(tmp_path).name
    (tmp_path / "data/nlu/a.yml").rename(tmp_path / "data/nlu/b.yml")
    assert train.content_hash(tmp_path) != after
