"""Arrows point one way.  This test is the architecture diagram that cannot go stale."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOMAIN = {"connectors", "dialogue", "handoff", "tickets", "knowledge", "learning", "analytics"}
#: Package or module -> ours that it may import.
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "encoder": set(),  # both sides' own: the service's and the bot's
    **{name: {"core"} for name in sorted(DOMAIN)},
    "knowledge": {"core", "encoder"},
    "learning": {"core", "encoder"},
    "supervisor": {"core"},
    "api": {"core"} | DOMAIN,
    "app": {"core", "encoder", "api"} | DOMAIN,
    "demo": {"core", "handoff", "tickets", "knowledge", "analytics"},
    "cli": {"core", "supervisor", "app", "demo"} | DOMAIN,
    "bot": {"encoder"},  # Rasa's side: another Python, another process
    "actions": set(),
}
#: What the trainer's desk shares with the trainer's commands, so that both read, judge and name alike:
#: none of it needs Rasa or the bot's Python.
SHARED = {
    "learning": {
        "bot.data_check",
        "bot.data_faults",
        "bot.nlu.language",
        "bot.tools.words",
        "bot.ingredients",
        "bot.training_data",
    }
}


def sources(name: str) -> list[Path]:
    """The files of a package or of a top-level module; another environment's packages are not ours."""
    module = ROOT / f"{name}.py"
    found = [path for path in (ROOT / name).rglob("*.py") if ".venv" not in path.parts]
    return [module] if module.is_file() else sorted(found)


def imports(path: Path) -> Iterator[str]:
    """First part of every name imported anywhere in the file, inside functions as well."""
    yield from (module.partition(".")[0] for module in modules(path))


def modules(path: Path) -> Iterator[str]:
    """Every module that the file imports from."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.relative_to(ROOT)}:{node.lineno} imports relatively"
            yield node.module or ""


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_imports_follow_the_arrows(name):
    allowed = MAY_IMPORT[name] | {name}
    for path in sources(name):
        named = {module.partition(".")[0] for module in set(modules(path)) - SHARED.get(name, set())}
        wrong = named & MAY_IMPORT.keys() - allowed
        assert not wrong, f"{path.relative_to(ROOT)} imports {', '.join(sorted(wrong))}"


@pytest.mark.parametrize("name", sorted(MAY_IMPORT.keys() - {"app", "cli", "bot", "actions"}))
def test_each_package_says_what_lives_there(name):
    assert ast.get_docstring(ast.parse((ROOT / name / "__init__.py").read_text("utf-8")))


def test_every_top_level_package_is_in_the_diagram():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "bench"} <= MAY_IMPORT.keys()


@pytest.mark.parametrize("name", sorted(MAY_IMPORT))
def test_tests_and_benchmarks_are_imported_by_nobody(name):
    for path in sources(name):
        assert not {"tests", "bench"} & set(imports(path)), path.relative_to(ROOT)


def test_the_service_never_imports_rasa():
    shared = [ROOT / f"{module.replace('.', '/')}.py" for of_one in SHARED.values() for module in of_one]
    for name in MAY_IMPORT.keys() - {"bot", "actions"}:
        for path in [*sources(name), *shared]:
            foreign = {"rasa", "rasa_sdk", "spacy", "tensorflow"} & set(imports(path))
            assert not foreign, f"{path.relative_to(ROOT)} imports {foreign}"
