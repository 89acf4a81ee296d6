"""Boosted trees as small arrays: read and evaluated with numpy alone.

A node is three bytes: the feature, the last bin that goes left, and the left child (the right one stands beside it). A
leaf is its own left child and nothing exceeds its bin, so that all rows walk the same number of steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from omnilink.conversation.disentangle.windows import Array

LAST_BIN = 255


@dataclass(frozen=True, slots=True)
class Forest:
    """A sum of decision trees.

    Args:
        names: of the features, in the order of the bins.
        edges: of each feature, the values that part its bins, ascending.
        feature, last_left, child: of every node.
        value: of every leaf; 0 elsewhere.
        starts: first node of each tree, and the number of all nodes.
        depth: steps to the deepest leaf.
    """

    names: tuple[str, ...]
    edges: tuple[Array, ...]
    feature: Array
    last_left: Array
    child: Array
    value: Array
    starts: Array
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
        total = np.zeros(rows, dtype=np.float64)
        for begin, end in zip(self.starts[:-1], self.starts[1:], strict=True):
            where = self.feature[begin:end].astype(np.intp) * rows
            last_left, child = self.last_left[begin:end], self.child[begin:end].astype(np.intp)
            node = np.zeros(rows, dtype=np.intp)
            for _ in range(self.depth):
                found = flat.take(where.take(node) + each)
                node = child.take(node) + (found > last_left.take(node))
            total += self.value[begin:end].take(node)
        return total


def read_forest(arrays: Mapping[str, Array], name: str) -> Forest:
    """A forest out of the arrays of a model file."""
    part = {key: arrays[f"{name}.{key}"] for key in ("names", "edges", "edges_of", "feature", "last_left", "child")}
    ends = np.cumsum(part["edges_of"])
    return Forest(
        names=tuple(str(one) for one in part["names"]),
        edges=tuple(np.split(part["edges"], ends[:-1])),
        feature=part["feature"],
        last_left=part["last_left"],
        child=part["child"],
        value=arrays[f"{name}.value"].astype(np.float32),
        starts=np.concatenate([[0], np.cumsum(arrays[f"{name}.nodes_of"].astype(np.int64))]),
        depth=int(arrays[f"{name}.depth"]),
    )
