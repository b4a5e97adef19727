"""find.sh believes a program only after it has answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FIND = Path(__file__).parents[2] / "supervisor" / "find.sh"
OURS = f"{sys.version_info[0]}.{sys.version_info[1]}"
SHIM = '#!/bin/sh\necho "pyenv: $(basename "$0"): command not found" >&2\nexit 127\n'


@pytest.fixture
def machine(tmp_path):
    """A home, a path and a checkout of our making: shims in front, real programs behind."""
    for folder in ("shims", "bin", "home", "checkout/supervisor"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(FIND, tmp_path / "checkout" / "supervisor")  # the real one may have installed a uv of its own
    for tool in ("sh", "ls", "dirname", "sed"):
        for folder in ("/usr/bin", "/bin"):
            if (Path(folder) / tool).exists():
                (tmp_path / "bin" / tool).symlink_to(Path(folder) / tool)
                break
    return tmp_path


def program(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(0o755)
    return path


def find(machine: Path, *what: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{machine}/shims:{machine}/bin", "HOME": str(machine / "home")}
    return subprocess.run(
        [machine / "bin" / "sh", str(machine / "checkout" / "supervisor" / FIND.name), *what],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_broken_shim_does_not_pass_for_uv(machine):
    program(machine / "shims" / "uv", SHIM)
    real = program(machine / "bin" / "uv", '#!/bin/sh\necho "uv 1.0"\n')
    assert find(machine, "installed-uv").stdout.strip() == str(real)


def test_uv_in_the_home_is_found_without_the_path(machine):
    real = program(machine / "home" / ".local" / "bin" / "uv", '#!/bin/sh\necho "uv 1.0"\n')
    assert find(machine, "installed-uv").stdout.strip() == str(real)


def test_a_python_that_only_pyenv_has_is_found_behind_its_broken_shim(machine):
    program(machine / "shims" / f"python{OURS}", SHIM)
    version = machine / "home" / ".pyenv" / "versions" / f"{OURS}.99" / "bin"
    version.mkdir(parents=True)
    (version / "python").symlink_to(os.path.realpath(sys.executable))
    found = find(machine, "python", OURS)
    assert found.returncode == 0
    assert found.stdout.strip() == str(version / "python")


def test_a_python_of_another_version_is_not_taken(machine):
    (machine / "bin" / "python3").symlink_to(os.path.realpath(sys.executable))
    assert find(machine, "python", "3.6").returncode == 1
    assert find(machine, "python", "3.6", OURS).stdout.strip() == str(machine / "bin" / "python3")


def test_nothing_at_all_is_an_exit_code_and_no_path(machine):
    found = find(machine, "python", "3.6")
    assert (found.returncode, found.stdout) == (1, "")
