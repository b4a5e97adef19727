"""Draws the pictures of docs/how-the-bot-decides.md: `python -m docs.pictures`, at the root."""

from __future__ import annotations

from docs.pictures.all import FOLDER, files

if __name__ == "__main__":
    for name, svg in files().items():
        (FOLDER / name).write_text(svg, "utf-8")
