"""Conflicts that no agreement outweighs; how far a field may veto follows how reliable it is here.

A generation (Jr, Sr) bars a pair outright: the two are never in one group. Two patterns count heavily against a pair
where their conflicts are rare among rows of one person, as learned: a name and a birth date that both conflict
(a borrowed number), and a given name that conflicts beside the same birth date and surname (a twin).
"""

from typing import Any

import numpy as np

from omnilink.identity.stitch.likeness import Level
from omnilink.identity.stitch.model import AGREE, Model

Array = np.ndarray[Any, np.dtype[Any]]

CONTRADICTION_BITS = 12.0
CONTRADICTED_AT_MOST = -3.0
RARE_BITS = 8.3
"""Conflicts so rare together among one person's rows (one in 315) are two people."""
TWIN_BITS = 3.5
"""A given name that conflicts in fewer than one in eleven of one person's pairs tells twins apart."""
STATED_OF_ONESELF = ("given", "family", "birth", "middle", "sex")
MAIN = ("given", "family", "birth")


def find_barred(model: Model, levels: Array) -> Array:
    """Which pairs must never be in one group: father and son.

    Args:
        model: what was learned.
        levels: pairs × fields.
    """
    if "generation" not in model.names:
        return np.zeros(len(levels), bool)
    barred: Array = levels[:, model.names.index("generation")] == Level.CONFLICT
    return barred


def find_contradictions(model: Model, levels: Array) -> Array:
    """Which pairs are two people's although much agrees.

    Args:
        model: what was learned.
        levels: pairs × fields.
    """
    surprise = np.zeros(len(levels))
    against, for_it = np.zeros(len(levels), np.int8), np.zeros(len(levels), np.int8)
    for i, name in enumerate(model.names):
        if name in STATED_OF_ONESELF:
            conflict = levels[:, i] == Level.CONFLICT
            surprise -= conflict * np.log2(model.m[i, Level.CONFLICT])
            if name in MAIN:
                against += conflict
                for_it += AGREE[levels[:, i]]
    return ((surprise >= RARE_BITS) & (against > for_it)) | _twins(model, levels)


def contradicted_bits(bits: Array) -> Array:
    """What a contradicted pair still weighs: a clear no, which other rows of the two may outweigh."""
    left: Array = np.minimum(bits - CONTRADICTION_BITS, CONTRADICTED_AT_MOST)
    return left


def _twins(model: Model, levels: Array) -> Array:
    at = {name: i for i, name in enumerate(model.names)}
    if not {"given", "birth"} <= set(at) or -np.log2(model.m[at["given"], Level.CONFLICT]) < TWIN_BITS:
        return np.zeros(len(levels), bool)
    found: Array = (levels[:, at["given"]] == Level.CONFLICT) & (levels[:, at["birth"]] >= Level.ALIAS)
    if "family" in at:
        found &= levels[:, at["family"]] != Level.CONFLICT
    for name in ("middle", "national_id"):
        if name in at:
            found &= ~AGREE[levels[:, at[name]]] & (levels[:, at[name]] != Level.INITIAL)
    return found
