"""``python -m supervisor.bot_build``: the bot's environment as its lock says, in the foreground."""

from __future__ import annotations

import subprocess
import sys

from supervisor import bot_install


def main() -> int:
    if bot_install.is_installed():
        return 0
    uv = bot_install.find_uv()
    if uv is None:
        return 1
    built = subprocess.run(bot_install.install_command(uv), check=False).returncode
    if built == 0:
        bot_install.mark_installed()
    return built


if __name__ == "__main__":
    sys.exit(main())
