"""Splink 5 on a town of `identity_town`, as its tutorial does it: train, predict, cluster; then single records."""

import csv
import time
import warnings
from pathlib import Path
from typing import Any

FIELDS = ("given_name", "family_name", "born", "phone", "email", "street", "postcode")
THRESHOLD = 0.95


def run_splink(
    rows: list[dict[str, str]], new: list[dict[str, str]], folder: Path
) -> tuple[dict[str, str], float, list[float]]:
    """Links a whole table, then asks for new records one by one.

    Args:
        rows: the table.
        new: records that are not in it.
        folder: for files.

    Returns:
        Record → cluster; seconds for the table; seconds for each new record.
    """
    import splink.comparison_library as compare
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    warnings.simplefilter("ignore")
    database = DuckDBAPI()
    started = time.perf_counter()
    table = _register(database, rows, folder / "rows.csv", "existing")
    rules = [
        block_on("phone"),
        block_on("email"),
        block_on("born", "family_name"),
        block_on("given_name", "family_name", "postcode"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            compare.NameComparison("given_name"),
            compare.NameComparison("family_name"),
            compare.ExactMatch("born"),
            compare.ExactMatch("phone").configure(term_frequency_adjustments=True),
            compare.ExactMatch("email").configure(term_frequency_adjustments=True),
            compare.ExactMatch("street"),
        ],
    )
    linker = Linker(table, settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("email"), block_on("born", "given_name", "family_name")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2_000_000, seed=1)
    for rule in (block_on("phone"), block_on("email"), block_on("born")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=THRESHOLD
    )
    found = {str(row["record_id"]): str(row["cluster_id"]) for row in clusters.as_record_list()}
    whole_s = time.perf_counter() - started
    single = []
    for number, row in enumerate(new):
        at = time.perf_counter()
        one = _register(database, [row], folder / f"new{number}.csv", f"new{number}")
        linker.inference.predict_between(table, one, threshold_match_probability=0.5).as_record_list()
        single.append(time.perf_counter() - at)
    return found, whole_s, single


def _register(database: Any, rows: list[dict[str, str]], path: Path, name: str) -> Any:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["record_id", *FIELDS], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    blank_is_null = ", ".join(f"nullif({field}, '') AS {field}" for field in FIELDS)
    query = f"SELECT record_id, {blank_is_null} FROM read_csv('{path.as_posix()}', all_varchar=true)"  # noqa: S608
    return database.register(database.duckdb_con.sql(query).to_arrow_table(), dataset_display_name=name)
