"""Boosted trees as small arrays: read and evaluated with numpy alone.

A node is three bytes: the feature, the last bin that goes left, and the left child (the right one stands beside it). A
leaf is its own left child and nothing exceeds its bin, so that all rows walk the same number of steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from omnilink.conversation.disentangle.windows import Array

CELLS = 16_384
"""Rows times trees walked at once."""


@dataclass(frozen=True, slots=True)
class Forest:
    """A sum of decision trees.

    Args:
        names: of the features, in the order of the bins.
        edges: of each feature, the values that part its bins, ascending.
        feature, last_left, child: of every node.
        value: of every leaf; 0 elsewhere.
        roots: of each tree.
        depth: steps to the deepest leaf.
    """

    names: tuple[str, ...]
    edges: tuple[Array, ...]
    feature: Array
    last_left: Array
    child: Array
    value: Array
    roots: Array
    depth: int

    def score(self, columns: Sequence[Array]) -> Array:
        """The sum of all trees for each row.

        Args:
            columns: values of each feature, in the order of `names`.
        """
        rows = len(columns[0])
        binned = np.empty((len(self.names), rows), dtype=np.uint8)
        for place, (edges, column) in enumerate(zip(self.edges, columns, strict=True)):
            binned[place] = np.searchsorted(edges, column.astype(np.float32, copy=False))
        flat, each = binned.ravel(), np.arange(rows)
        feature = self.feature * rows
        total = np.zeros(rows)
        # As many trees at once as make arrays worth a call, and as few as stay in the processor's cache.
        step = max(1, CELLS // rows)
        for first in range(0, len(self.roots), step):
            node = np.repeat(self.roots[first : first + step, None], rows, axis=1)
            for _ in range(self.depth):
                found = flat.take(feature.take(node) + each)
                node = self.child.take(node) + (found > self.last_left.take(node))
            total += self.value.take(node).sum(axis=0)
        return total


def read_forest(arrays: Mapping[str, Array], name: str) -> Forest:
    """A forest out of the arrays of a model file."""
    part = {key: arrays[f"{name}.{key}"] for key in ("names", "edges", "edges_of", "feature", "last_left", "child")}
    sizes = arrays[f"{name}.nodes_of"].astype(np.intp)
    roots = np.cumsum(sizes) - sizes
    return Forest(
        names=tuple(str(one) for one in part["names"]),
        edges=tuple(np.split(part["edges"], np.cumsum(part["edges_of"])[:-1])),
        feature=part["feature"].astype(np.intp),
        last_left=part["last_left"],
        child=part["child"].astype(np.intp) + np.repeat(roots, sizes),
        # Sums of half floats are exact in doubles, whatever their order.
        value=arrays[f"{name}.value"].astype(np.float64),
        roots=roots,
        depth=int(arrays[f"{name}.depth"]),
    )
