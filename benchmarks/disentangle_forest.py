"""LightGBM's trees → the arrays of omnilink's own model file."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Tree = dict[str, Any]


def arrays_of(name: str, boosters: Sequence[Any], features: Sequence[str]) -> dict[str, np.ndarray]:
    """The mean of several boosters as one forest.

    Args:
        name: of the forest, before each array's.
        boosters: trained on the same features.
        features: their names, in the order of training.
    """
    trees = [tree["tree_structure"] for booster in boosters for tree in booster.dump_model()["tree_info"]]
    splits = [node for tree in trees for node in nodes_of(tree) if "split_feature" in node]
    used = sorted({node["split_feature"] for node in splits})
    edges = {
        feature: sorted({np.float32(node["threshold"]) for node in splits if node["split_feature"] == feature})
        for feature in used
    }
    if max(len(one) for one in edges.values()) > 254:
        raise SystemExit(f"{name}: a feature has more than 254 thresholds; train with fewer bins")
    rows: list[tuple[int, int, int, float]] = []
    sizes: list[int] = []
    for tree in trees:
        table = table_of(tree, {feature: place for place, feature in enumerate(used)}, edges)
        sizes.append(len(table))
        rows += table
    feature, last_left, child, value = zip(*rows, strict=True)
    return {
        f"{name}.names": np.array([features[place] for place in used]),
        f"{name}.edges": np.array([edge for place in used for edge in edges[place]], dtype=np.float32),
        f"{name}.edges_of": np.array([len(edges[place]) for place in used], dtype=np.int16),
        f"{name}.feature": np.array(feature, dtype=np.uint8),
        f"{name}.last_left": np.array(last_left, dtype=np.uint8),
        f"{name}.child": np.array(child, dtype=np.uint8),
        f"{name}.value": (np.array(value) / len(boosters)).astype(np.float16),
        f"{name}.nodes_of": np.array(sizes, dtype=np.uint8),
        f"{name}.depth": np.array(max(depth_of(tree) for tree in trees)),
    }


def nodes_of(tree: Tree) -> list[Tree]:
    """Every node of a tree."""
    if "left_child" not in tree:
        return [tree]
    return [tree, *nodes_of(tree["left_child"]), *nodes_of(tree["right_child"])]


def depth_of(tree: Tree) -> int:
    """Steps to the deepest leaf."""
    if "left_child" not in tree:
        return 0
    return 1 + max(depth_of(tree["left_child"]), depth_of(tree["right_child"]))


def table_of(tree: Tree, places: dict[int, int], edges: dict[int, list[Any]]) -> list[tuple[int, int, int, float]]:
    """Rows (feature, last bin to the left, left child, value) of a tree, level by level; siblings side by side."""
    table: list[tuple[int, int, int, float]] = []
    waiting, next_free = [tree], 1
    while waiting:
        node = waiting.pop(0)
        if "left_child" in node:
            feature = node["split_feature"]
            last_left = edges[feature].index(np.float32(node["threshold"]))
            table.append((places[feature], last_left, next_free, 0.0))
            waiting += [node["left_child"], node["right_child"]]
            next_free += 2
        else:
            table.append((0, 255, len(table), node["leaf_value"]))
    return table
