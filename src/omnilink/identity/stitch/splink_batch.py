"""Batch re-stitching with Splink 5: contact points in, proposed merges and splits out.

The same settings object serves DuckDB and Spark. Splink trains and scores; the groups are ours: constrained
clustering with vetoes and hot keys, never connected components. A trained model is plain JSON, to be used again.
Needs the extra `stitch` (splink, duckdb). Splink: https://moj-analytical-services.github.io/splink/
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import numpy as np

from omnilink.errors import BadInput, ConfigError
from omnilink.identity.stitch.candidates import distinct
from omnilink.identity.stitch.cluster import cluster
from omnilink.identity.stitch.contact_points import ContactPoints, find_contact_points
from omnilink.identity.stitch.learn import expected_model
from omnilink.identity.stitch.likeness import Level
from omnilink.identity.stitch.model import AGREE, levels_of
from omnilink.identity.stitch.proposals import Proposal, compare_partitions
from omnilink.identity.stitch.table import MISSING, Table
from omnilink.identity.stitch.vetoes import contradicted_bits, find_barred, find_contradictions

Array = np.ndarray[Any, np.dtype[Any]]

THRESHOLD_BITS = 4.0
SCORED_FROM_BITS = -6.0
RANDOM_PAIRS = 1e6
SEED = 7
RECALL_OF_SURE_RULES = 0.7
HOT_FROM_POINTS = 12
"""Contact points that share a value before it is hot."""
OWN_KEYS = ("phone", "email", "national_id")
TELLING = ("given", "family", "birth", *OWN_KEYS)

BLOCKS: tuple[tuple[str, ...], ...] = (
    ("national_id",),
    ("email",),
    ("phone",),
    ("birth", "substr(given, 1, 1)"),
    ("birth", "family"),
    ("given", "family"),
    ("street", "family"),
    ("postcode", "given"),
)
SURE = (("national_id",), ("email", "family"), ("phone", "given", "family"), ("birth", "given", "family"))
TRAINED_ON = (("given", "family"), ("birth",), ("phone",), ("email",), ("national_id",))


def settings_for(fields: Iterable[str]) -> Any:
    """Splink's settings for the fields a table has: the one object for DuckDB and for Spark.

    Args:
        fields: names of the fields.

    Returns:
        A `splink.SettingsCreator`.

    Raises:
        ConfigError: Splink is not installed.
        BadInput: there is nothing to compare.
    """
    splink, compare = _splink()
    known = set(fields)
    made: dict[str, tuple[Any, list[float]]] = {
        "given": (compare.JaroWinklerAtThresholds, [0.92, 0.8]),
        "family": (compare.JaroWinklerAtThresholds, [0.92, 0.8]),
        "birth": (compare.LevenshteinAtThresholds, [1, 2]),
        "phone": (compare.LevenshteinAtThresholds, [1]),
        "email": (compare.LevenshteinAtThresholds, [2]),
        "national_id": (compare.LevenshteinAtThresholds, [1]),
        "street": (compare.JaroWinklerAtThresholds, [0.9]),
        "postcode": (compare.LevenshteinAtThresholds, [1]),
        "city": (compare.JaroWinklerAtThresholds, [0.9]),
    }
    comparisons = []
    for name, (make, thresholds) in made.items():
        if name in known:
            comparison = make(name, thresholds)
            comparison.configure(term_frequency_adjustments=name != "street")
            comparisons.append(comparison)
    if not comparisons:
        raise BadInput("no column that Splink could compare", hint="names, birth dates, telephones, mail addresses")
    return splink.SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[splink.block_on(*block) for block in _usable(BLOCKS, known)],
        retain_matching_columns=False,
    )


def train(points: ContactPoints, *, database: Any = None) -> dict[str, Any]:
    """Trains a model without truth.

    Args:
        points: contact points.
        database: a Splink database API, for example `splink.backends.spark.SparkAPI(...)`; DuckDB in memory if None.

    Returns:
        The model as plain JSON, for `restitch(model=...)`.
    """
    splink, _ = _splink()
    known = set(points.table.fields)
    with _opened(database) as opened:
        linker = splink.Linker(_registered(points, opened), settings_for(known), log_level="ERROR")
        if sure := _usable(SURE, known):
            rules = [splink.block_on(*rule) for rule in sure]
            linker.training.estimate_probability_two_random_records_match(rules, recall=RECALL_OF_SURE_RULES)
        linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
        for block in _usable(TRAINED_ON, known):
            # Where a level does not occur among a block's matches, Splink gives up on it: the others still teach.
            with suppress(ValueError):
                linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on(*block))
        model: dict[str, Any] = linker.misc.save_model_to_json()
    return model


def restitch(
    records: Iterable[Any],
    *,
    contact: str = "contact_id",
    columns: Mapping[str, str | Iterable[str]] | None = None,
    model: Mapping[str, Any] | None = None,
    database: Any = None,
    threshold_bits: float = THRESHOLD_BITS,
    different: Iterable[tuple[int, int]] = (),
) -> Proposal:
    """Groups all records anew and says what would change.

    Args:
        records: one a row, with the contact each is in now.
        contact: the column of the contact's id.
        columns: field → column or columns, where the usual names are not used.
        model: a trained one; trained on the records if None.
        database: a Splink database API; DuckDB in memory if None.
        threshold_bits: what a pair has to weigh to bring two groups together.
        different: pairs of rows that a human said are two people.

    Raises:
        BadInput: no contact column, or nothing to compare.
        ConfigError: Splink is not installed.
    """
    rows = list(records)
    contacts = [_contact_of(row, contact) for row in rows]
    ignored = (columns or {}).get("ignore", ())
    ignore = [contact, *([ignored] if isinstance(ignored, str) else ignored)]
    points = find_contact_points(rows, {**(columns or {}), "ignore": ignore})
    if points.table.size < 2:
        return Proposal((), (), len(rows), points.table.size, points.table.size, dict(model or {}))
    trained = dict(model) if model is not None else train(points, database=database)
    pairs, bits = _scored(points, trained, database)
    label = _clustered(points, pairs, bits, threshold_bits, different)
    people = label[points.of_row]
    strongest = _within_people(points, label, pairs, bits)
    merges, splits = compare_partitions(contacts, people, strongest)
    return Proposal(merges, splits, len(rows), points.table.size, len(distinct(people)), trained)


def _contact_of(row: Mapping[str, Any], contact: str) -> str:
    try:
        return str(row[contact])
    except KeyError:
        raise BadInput(f"a record has no {contact}", hint="name the column of the contact's id: contact=…") from None


def _registered(points: ContactPoints, database: Any) -> Any:
    """The contact points as a table of the database."""
    pa: Any = import_module("pyarrow")

    columns = points.rows()
    table = pa.table(
        {name: pa.array(values, pa.int64() if name == "unique_id" else pa.string()) for name, values in columns.items()}
    )
    if hasattr(database, "spark"):
        return database.register(database.spark.createDataFrame(table.to_pandas()))
    return database.register(table)


@contextmanager
def _opened(database: Any) -> Iterator[Any]:
    """The caller's database; or one in memory, which is given back at once: it is larger than all the rest."""
    if database is not None:
        yield database
        return
    from splink.backends.duckdb import DuckDBAPI

    made = DuckDBAPI()
    try:
        yield made
    finally:
        made.duckdb_con.close()


def _scored(points: ContactPoints, model: Mapping[str, Any], database: Any) -> tuple[Array, Array]:
    """Pairs of contact points with their match weights."""
    splink, _ = _splink()
    with _opened(database) as opened:
        linker = splink.Linker(_registered(points, opened), dict(model), log_level="ERROR")
        found = linker.inference.predict(threshold_match_weight=SCORED_FROM_BITS)
        if hasattr(opened, "spark"):
            table = found.as_record_list()
            a, b = (np.array([row[f"unique_id_{side}"] for row in table], np.int64) for side in "lr")
            bits = np.array([row["match_weight"] for row in table], np.float64)
        else:
            columns = found.as_duckdbpyrelation().select("unique_id_l, unique_id_r, match_weight").fetchnumpy()
            a, b, bits = columns["unique_id_l"], columns["unique_id_r"], columns["match_weight"]
    pairs = np.minimum(a, b).astype(np.int64) * points.table.size + np.maximum(a, b)
    order = np.argsort(pairs, kind="stable")
    return pairs[order], np.asarray(bits, np.float64)[order]


def _clustered(
    points: ContactPoints, pairs: Array, bits: Array, threshold: float, different: Iterable[tuple[int, int]]
) -> Array:
    """Our clustering over Splink's scores: vetoes and hot keys honoured, human noes final."""
    table = points.table
    said_no = _pairs_of_points(points, different)
    at = np.searchsorted(pairs, said_no)
    scored = np.append(pairs, -1)[at] == said_no
    at[~scored] = len(pairs) + np.arange((~scored).sum())
    pairs = np.concatenate([pairs, said_no[~scored]])
    bits = np.concatenate([bits, np.full(len(pairs) - len(bits), SCORED_FROM_BITS)])
    levels = levels_of(table, pairs)
    model = expected_model(table)
    bits = np.where(find_contradictions(model, levels), contradicted_bits(bits), bits)
    bits = np.where(_only_hot(table, pairs, levels), np.minimum(bits, 0.0), bits)
    barred = find_barred(model, levels)
    barred[at] = True
    return cluster(table.size, pairs, bits, threshold=threshold, barred=barred)


def _pairs_of_points(points: ContactPoints, different: Iterable[tuple[int, int]]) -> Array:
    of_row, size = points.of_row, points.table.size
    found = {
        min(a, b) * size + max(a, b)
        for a, b in ((int(of_row[one]), int(of_row[other])) for one, other in different)
        if a != b
    }
    return np.array(sorted(found), np.int64)


def _only_hot(table: Table, pairs: Array, levels: Array) -> Array:
    """Pairs that agree on nothing personal but values very many share."""
    agree = np.zeros(len(pairs), bool)
    for i, (name, of_field) in enumerate(table.fields.items()):
        if name not in TELLING:
            continue
        same = AGREE[levels[:, i]]
        if name in OWN_KEYS:
            count = np.bincount(of_field.codes[of_field.codes != MISSING], minlength=len(of_field.values))
            codes = of_field.codes[pairs // table.size]
            hot = (levels[:, i] == Level.EXACT) & (count[np.maximum(codes, 0)] >= HOT_FROM_POINTS)
            same = same & ~hot
        agree |= same
    return ~agree


def _within_people(points: ContactPoints, label: Array, pairs: Array, bits: Array) -> tuple[Array, Array, Array]:
    """The scores between one row of each two contact points of one person: row, row, bits."""
    a, b = pairs // points.table.size, pairs % points.table.size
    inside = label[a] == label[b]
    first = np.full(points.table.size, -1, np.int64)
    first[points.of_row[::-1]] = np.arange(len(points.of_row))[::-1]
    return first[a[inside]], first[b[inside]], bits[inside]


def _usable(rules: Sequence[tuple[str, ...]], known: set[str]) -> list[tuple[str, ...]]:
    """The rules whose columns are there."""
    return [rule for rule in rules if {_column(part) for part in rule} <= known]


def _column(part: str) -> str:
    return part.removeprefix("substr(").partition(",")[0]


def _splink() -> tuple[Any, Any]:
    try:
        import splink
        from splink import comparison_library
    except ModuleNotFoundError as e:
        raise ConfigError("batch stitching needs splink", hint='pip install "omnilink-sdk[stitch]"') from e
    return splink, comparison_library
