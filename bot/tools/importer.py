"""Training data read by libyaml: Rasa's own reader parses each file three times, in Python."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import yaml
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

#: Every scalar is a string, which is what NLU data consists of: no "yes" turns into a boolean.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class QuickImporter(RasaFileImporter):
    """Named under `importers` of the configuration that `bot.train` hands to Rasa."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """What the files say; Rasa asks several times, each time for another language."""
        return self._read

    @cached_property
    def _read(self) -> TrainingData:
        return TrainingData().merge(*(QuickReader().read(file) for file in self._nlu_files))


class Example(Message):
    """A message that is cheap to copy and to tell apart: Rasa copies all of them at every merge and asks for
    all fingerprints after every component.  A component sets what it adds, never changes what is there.
    """

    _cached_fingerprint: str | None

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        return Example(self.data, set(self.output_properties), self.time, list(self.features))

    def fingerprint(self) -> str:
        if self._cached_fingerprint is None:
            told = repr((sorted(self.data.items()), [f.fingerprint() for f in self.features]))
            self._cached_fingerprint = hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()
        return self._cached_fingerprint


class QuickReader(RasaYAMLReader):
    """Reads what Rasa's reader reads, in a tenth of the time; what is not in order is left to that one,
    because it knows what to say about it.
    """

    def reads(self, string: str, **kwargs: Any) -> TrainingData:
        try:
            content = yaml.load(string, Loader=_LOADER)
        except yaml.YAMLError:
            return super().reads(string, **kwargs)
        if not _is_in_order(content):
            return super().reads(string, **kwargs)
        self._parse_nlu(content["nlu"])
        examples = [Example(m.data, m.output_properties, m.time, m.features) for m in self.training_examples]
        return TrainingData(examples, self.entity_synonyms, self.regex_features, self.lookup_tables)


def _is_in_order(content: Any) -> bool:
    """A version and a list of blocks with examples and nothing else: what `keting data check` lets pass."""
    return (
        isinstance(content, dict)
        and content.keys() == {"version", "nlu"}
        and content["version"] == "3.1"
        and isinstance(content["nlu"], list)
        and all(isinstance(block, dict) and _has_examples(block) for block in content["nlu"])
    )


def _has_examples(block: dict[str, Any]) -> bool:
    examples = block.get("examples")
    if isinstance(examples, str):
        return True
    return isinstance(examples, list) and all(isinstance(e, dict) and e.get("text") for e in examples)
