"""The resolver's weights and lines, read once from `data/online_weights.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from omnilink.identity.person_name import NameLevel
from omnilink.identity.tables import read_table

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class KeyWeights:
    """Bits of a key by how many people were seen on it."""

    one: float
    few: float
    many: float
    place: float
    alone: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything the decision depends on beside what was seen. Times are in seconds.

    Attributes:
        lone_case: a case number links without a name, too.
        given, family: bits by `NameLevel`.
        key: bits of a key by its class (`keys.KeyClass`).
    """

    link: float
    review: float
    margin: float
    dissent: float
    forms_compared: int
    lone_case: bool
    given: tuple[float, ...]
    family: tuple[float, ...]
    second_surname: float
    surname_changed: float
    born: Mapping[str, float]
    identity: Mapping[str, float]
    case: float
    home: Mapping[str, float]
    key: Mapping[str, KeyWeights]
    few_people: int
    many_people: int
    leads: float
    most_personas: int
    most_composite: int
    most_nameless: int
    remembered_s: int
    rest_s: int
    rest_bits: float
    long_rest_s: int
    still_s: int
    lone_rest_s: int
    soon_s: int
    soon_bits: float
    device_s: int
    half_s: int
    share: float
    run_s: int
    adult_years: int


@cache
def default_weights() -> Weights:
    """The one set every directory uses unless told otherwise."""
    return weights_of(read_table("online_weights"))


def weights_of(table: Mapping[str, Any]) -> Weights:
    """Reads a table of the same form as `data/online_weights.toml`."""
    lines, people, time = table["lines"], table["people"], table["time"]
    return Weights(
        link=lines["link_bits"],
        review=lines["review_bits"],
        margin=lines["margin_bits"],
        dissent=lines["dissent"],
        forms_compared=lines["forms_compared"],
        lone_case=lines["lone_case"],
        given=_by_level(table["given"]),
        family=_by_level(table["family"]),
        second_surname=table["family"]["second_exact"],
        surname_changed=table["family"]["conflict_given_agrees"],
        born=table["born"],
        identity=table["identity"],
        case=table["case"]["same"],
        home=table["home"],
        key={name: KeyWeights(**row) for name, row in table["key"].items()},
        few_people=people["few"],
        many_people=people["many"],
        leads=people["leads"],
        most_personas=people["personas"],
        most_composite=people["composite"],
        most_nameless=people["nameless"],
        remembered_s=people["remembered_days"] * DAY_S,
        rest_s=time["rest_days"] * DAY_S,
        rest_bits=time["rest_bits"],
        long_rest_s=time["long_rest_days"] * DAY_S,
        still_s=time["still_days"] * DAY_S,
        lone_rest_s=time["lone_rest_days"] * DAY_S,
        soon_s=time["soon_days"] * DAY_S,
        soon_bits=time["soon_bits"],
        device_s=time["device_days"] * DAY_S,
        half_s=time["half_days"] * DAY_S,
        share=time["share"],
        run_s=time["run_days"] * DAY_S,
        adult_years=time["adult_years"],
    )


def _by_level(row: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(0.0 if level is NameLevel.MISSING else row[level.name.lower()] for level in NameLevel)
