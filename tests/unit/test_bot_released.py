"""Which model may stand in for one that is not trained yet."""

from __future__ import annotations

import json

import pytest

from core.settings import load_settings
from supervisor.bot_model import present_code
from supervisor.bot_released import substitute


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "var").mkdir()
    return load_settings({"KETING_DATA_DIR": str(tmp_path / "var")}, env_file=None)


@pytest.mark.parametrize(
    ("kept", "stands_in"),
    [
        ({"model": "keting-1.tar.gz"}, True),
        ({"model": "../models/keting-1.tar.gz"}, True),  # only its name counts
        ({"model": "keting-2.tar.gz"}, False),  # gone
        ({"model": "keting-1.tar.gz", "code": "another"}, False),
        ({"model": None}, False),
        ([], False),
    ],
)
def test_the_model_that_answered_last_stands_in_if_this_code_can_load_it(settings, tmp_path, kept, stands_in):
    models = tmp_path / "models"
    models.mkdir()
    (models / "keting-1.tar.gz").touch()
    said = {"code": present_code(), **kept} if isinstance(kept, dict) else kept
    (settings.data_dir / "bot-released.json").write_text(json.dumps(said), "utf-8")
    assert substitute(settings, models) == (models / "keting-1.tar.gz" if stands_in else None)


def test_a_first_start_has_nothing_to_stand_in(settings, tmp_path):
    assert substitute(settings, tmp_path) is None
