"""Pictures of every page for docs/, in both languages, on a desk and on a phone.

    python -m tests.screenshots [FOLDER]

Starts an instance of its own, with the bot if a model of the present data is there, fills it with the demo's
company and takes the pictures in a real browser.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, async_playwright

from supervisor.bot_install import is_installed
from supervisor.bot_model import is_fresh
from tests import help_pictures, pictures
from tests.e2e.conftest import FLAGS
from tests.fixtures.chromium import find_chromium
from tests.pictures import Camera, Look
from tests.support import instance as instances
from tests.support.instance import ROOT, Instance
from tests.support.office import PASSWORD, Office

LOOKS = [Look(language, size) for language, size in product(("zh", "en"), pictures.SIZES)]
#: Of the demo's people: who is shown at work, by language.
AGENTS = {"zh": "zhou.lan", "en": "emily"}
SUPERVISORS = {"zh": "song.yi", "en": "grace"}
TRAINER = "shen.mo"
COLOURS = 128


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()
    if chromium is None:
        print("No Chromium: run `python -m tests.fixtures.chromium`.", file=sys.stderr)
        return 1
    has_bot = is_installed() and is_fresh()
    if not has_bot:
        print("No model of the present data (`make train`): pictures without the bot.", file=sys.stderr)
    with instances.running(with_bot=has_bot) as instance:
        asyncio.run(_take_all(instance, folder, chromium, has_bot))
    for path in sorted(folder.glob("*.png")):
        _shrink(path)
    total = sum(path.stat().st_size for path in folder.glob("*.png"))
    print(f"{len(list(folder.glob('*.png')))} pictures, {total / 1e6:.1f} MB, in {folder}")
    return 0


async def _take_all(instance: Instance, folder: Path, chromium: str, has_bot: bool) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for look in LOOKS:
            await help_pictures.empty(browser, Camera(folder, look), instance.url)
            await pictures.left_message(browser, Camera(folder, look), instance.url)
        _fill(instance)
        for look in LOOKS:
            await help_pictures.read(browser, Camera(folder, look), instance.url)
        for look in LOOKS:
            helper = Office.of(instance, SUPERVISORS[look.language], PASSWORD)
            await pictures.visit(browser, Camera(folder, look), instance.url, helper, has_bot)
            helper.http.close()
        for look in LOOKS:
            await _take_console(browser, Camera(folder, look), instance)
        await browser.close()


async def _take_console(browser: Browser, camera: Camera, instance: Instance) -> None:
    """The agent last: who was there for the demo is present only as long as a console is open."""
    language = camera.look.language
    admin = ("admin", instance.admin_password())
    await pictures.work(browser, camera, instance.url, admin, pictures.ADMINISTRATOR, login=True)
    await pictures.work(browser, camera, instance.url, (TRAINER, PASSWORD), pictures.TRAINER)
    supervisor = (SUPERVISORS[language], PASSWORD)
    await pictures.work(browser, camera, instance.url, supervisor, pictures.SUPERVISOR)
    await pictures.work(browser, camera, instance.url, (AGENTS[language], PASSWORD), pictures.AGENT)


def _fill(instance: Instance) -> None:
    subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--seed", "7", "--password-stdin"],
        cwd=ROOT,
        env=instance.environment,
        input=f"{PASSWORD}\n".encode(),
        check=True,
    )


def _shrink(path: Path) -> None:
    """Pages have few colours: a palette makes the file a third, and nobody sees it."""
    with Image.open(path) as picture:
        if picture.mode == "P":
            return
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
