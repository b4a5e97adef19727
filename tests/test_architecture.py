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
    "supervisor": {"core"},
    "api": {"core"} | DOMAIN,
    "app": {"core", "encoder", "api"} | DOMAIN,
    "demo": {"core", "handoff", "tickets", "knowledge", "analytics"},
    "cli": {"core", "supervisor", "app", "demo"} | DOMAIN,
    "bot": {"encoder"},  # Rasa's side: another Python, another process
    "actions": set(),
}


def sources(name: str) -> list[Path]:
    """The files of a package or of a top-level module; another environment's packages are not ours."""
    module = ROOT / f"{name}.py"
    found = [path for path in (ROOT / name).rglob("*.py") if ".venv" not in path.parts]
    return [module] if module.is_file() else sorted(found)


def imports(path: Path) -> Iterator[str]:
    """First part of every name imported anywhere in the file, inside functions as well."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.relative_to(ROOT)}:{node.lineno} imports relatively"
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_imports_follow_the_arrows(name):
    allowed = MAY_IMPORT[name] | {name}
    for path in sources(name):
        wrong = set(imports(path)) & MAY_IMPORT.keys() - allowed
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
    for name in MAY_IMPORT.keys() - {"bot", "actions"}:
        for path in sources(name):
            foreign = {"rasa", "rasa_sdk", "spacy", "tensorflow"} & set(imports(path))
            assert not foreign, f"{path.relative_to(ROOT)} imports {foreign}"
