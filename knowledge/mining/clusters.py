"""The same question in other words, by leader clustering: one pass, each question to the nearest centre or
a new one.

Pure.  The same questions in the same order give the same clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from encoder import Vectors

#: Cosine (centred): above it two questions of customers ask the same.  Of pairs that ask the same some 60 %
#: are above, of others one in a thousand (docs/knowledge.md).
SAME = 0.55


@dataclass
class Cluster:
    """Rows of the matrix."""

    members: list[int]

    def medoid(self, rows: Vectors) -> int:
        """The member nearest to the middle: it says best what all of them ask."""
        inside = rows[self.members]
        return self.members[int(np.argmax(inside @ inside.mean(axis=0)))]


def cluster(rows: Vectors) -> list[Cluster]:
    """Centred rows of length one into clusters, the largest first."""
    found: list[Cluster] = []
    centres = np.zeros_like(rows)
    for place, row in enumerate(rows):
        nearest = int(np.argmax(centres[: len(found)] @ row)) if found else -1
        if nearest < 0 or float(centres[nearest] @ row) < SAME:
            centres[len(found)] = row
            found.append(Cluster([place]))
            continue
        own = found[nearest].members
        own.append(place)
        middle = rows[own].mean(axis=0)
        centres[nearest] = middle / max(float(np.linalg.norm(middle)), 1e-9)
    return sorted(found, key=lambda each: -len(each.members))


def best_answer(answers: Sequence[str], vectors: Vectors, trust: Sequence[int]) -> int:
    """The place of the answer to propose: trusted, like what others answered, and not a mere
    half-sentence."""
    weights = np.asarray(trust, np.float32)
    middle = (vectors * (weights[:, None] + 0.1)).sum(axis=0)
    length = np.asarray([min(len(answer), 200) / 200 for answer in answers], np.float32)
    agreement = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9))
    return int(np.argmax(agreement + 0.2 * weights + 0.3 * length))
