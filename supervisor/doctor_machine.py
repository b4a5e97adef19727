"""Checks of the machine and of files: programs, folders, permissions, what is built and trained."""

from __future__ import annotations

import os
import shutil
import subprocess

from core.bilingual import Bilingual
from core.secret import FILE_NAME, is_private
from core.settings import Settings
from supervisor import bot_install
from supervisor import bot_model as model
from supervisor.doctor_report import Finding, plain
from supervisor.environment import ROOT

OLDEST_NODE = 20
NEEDED_BYTES = 8 * 1024**3


def _first_line(*command: str) -> str | None:
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return (ran.stdout.strip().splitlines() or [""])[0] if ran.returncode == 0 else None


def uv(settings: Settings) -> Finding:
    what = plain("uv")
    found = bot_install.find_uv(may_install=False)
    if found:
        return Finding(what, "ok", plain(found))
    return Finding(
        what,
        "warn",
        Bilingual("没有找到能运行的 uv", "none that runs"),
        Bilingual("make up 会自动安装到 .tools/。", "make up installs one into .tools/."),
    )


def python_for_the_bot(settings: Settings) -> Finding:
    what = Bilingual("机器人用的 CPython 3.10", "CPython 3.10 for the bot")
    found = bot_install.find_python()
    if found != bot_install.VERSION:
        return Finding(what, "ok", plain(found))
    return Finding(
        what,
        "ok" if bot_install.is_installed() else "warn",
        Bilingual("本机没有", "not on this machine"),
        Bilingual(
            "uv 会尝试下载；没有外网时请先安装 3.10（例如 pyenv install 3.10）。",
            "uv will try to download it; without a way out install 3.10 first (pyenv install 3.10, say).",
        ),
    )


def node(settings: Settings) -> Finding:
    what = plain("Node.js")
    version = _first_line("node", "--version") or ""
    major = version.removeprefix("v").partition(".")[0]
    if major.isdigit() and int(major) >= OLDEST_NODE:
        return Finding(what, "ok", plain(version))
    return Finding(
        what,
        "warn" if (ROOT / "web" / "dist").exists() else "fail",
        plain(version) if version else Bilingual("没有找到", "none found"),
        Bilingual(
            f"构建网页需要 Node.js {OLDEST_NODE} 以上。",
            f"Building the pages needs Node.js {OLDEST_NODE} or later.",
        ),
    )


def data_directory(settings: Settings) -> Finding:
    what = Bilingual("数据目录", "data directory")
    existing = settings.data_dir
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Finding(
            what,
            "fail",
            Bilingual(f"{existing} 不可写", f"{existing} cannot be written to"),
            Bilingual(
                "更改权限，或设置 KETING_DATA_DIR。", "Change its permissions, or set KETING_DATA_DIR."
            ),
        )
    free = shutil.disk_usage(existing).free
    if free < NEEDED_BYTES and not bot_install.is_installed():
        return Finding(
            what,
            "warn",
            Bilingual(f"剩余空间 {free // 1024**3} GB", f"{free // 1024**3} GB free"),
            Bilingual(
                "机器人环境约需 8 GB（含下载缓存）。",
                "The bot's environment wants about 8 GB with its downloads.",
            ),
        )
    return Finding(what, "ok", plain(str(settings.data_dir)))


def secrets_file(settings: Settings) -> Finding | None:
    path = settings.data_dir / FILE_NAME
    if not path.exists():
        return None
    what = Bilingual("密钥文件", "secrets file")
    if is_private(path):
        return Finding(what, "ok", plain(str(path)))
    return Finding(
        what,
        "fail" if settings.mode == "production" else "warn",
        Bilingual(f"其他用户可以读取 {path}", f"others can read {path}"),
        plain(f"chmod 600 {path}"),
    )


def pages(settings: Settings) -> Finding:
    what = Bilingual("网页", "pages")
    built = [name for name in ("console", "widget") if (ROOT / "web" / "dist" / name).is_dir()]
    if len(built) == 2:
        return Finding(what, "ok", plain("web/dist"))
    return Finding(
        what, "fail", Bilingual("尚未构建", "not built"), Bilingual("运行 make web。", "Run: make web.")
    )


def bot_environment(settings: Settings) -> Finding | None:
    if not settings.runs_bot:
        return None
    what = Bilingual("机器人环境", "the bot's environment")
    if bot_install.is_installed():
        return Finding(what, "ok", plain("bot/.venv"))
    return Finding(
        what,
        "warn",
        Bilingual("尚未安装，或与锁文件不符", "not installed, or not as its lock says"),
        Bilingual(
            "keting up 会自动安装；也可运行 keting train。", "keting up installs it; so does keting train."
        ),
    )


def bot_model(settings: Settings) -> Finding | None:
    if not settings.runs_bot:
        return None
    what = Bilingual("机器人模型", "the bot's model")
    if model.is_fresh():
        return Finding(what, "ok", plain("models/"))
    return Finding(
        what,
        "warn",
        Bilingual("没有模型，或训练数据已改动", "none, or the training data has changed since"),
        Bilingual(
            "keting up 会自动训练；也可运行 keting train。", "keting up trains it; so does keting train."
        ),
    )


def plain_http(settings: Settings) -> Finding | None:
    if settings.is_https or settings.is_local:
        return None
    return Finding(
        plain("http"),
        "warn",
        Bilingual(
            f"{settings.public_url} 以明文传输密码和对话",
            f"{settings.public_url} carries passwords and talk in the open",
        ),
        Bilingual(
            "仅供试用：用 keting up --tls-self-signed，或在前面放置 https 代理并设置 KETING_PUBLIC_URL。",
            "For trials only: keting up --tls-self-signed, or an https proxy and KETING_PUBLIC_URL.",
        ),
    )
