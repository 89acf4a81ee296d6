"""Batch stitching on Spark with the settings of DuckDB; skipped where there is no pyspark or no Java."""

import shutil

import pytest

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def spark_database():
    pyspark_sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    spark_backend = pytest.importorskip("splink.backends.spark", reason="splink is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    local = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false"}
    local["spark.jars"] = spark_backend.similarity_jar_location()  # Jaro-Winkler for Spark
    builder = pyspark_sql.SparkSession.builder.master("local[2]").config(map=local)
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    yield spark_backend.SparkAPI(spark_session=session, break_lineage_method="persist", num_partitions_on_repartition=2)
    session.stop()


def test_the_settings_of_duckdb_train_and_propose_on_spark(register, spark_database):
    splink_batch = pytest.importorskip("omnilink.identity.stitch.splink_batch")
    rows, _ = register.make_register(people=150, seed=11)
    for number, row in enumerate(rows):
        row["contact_id"] = f"c{number}"
    on_duckdb = splink_batch.restitch(rows)
    on_spark = splink_batch.restitch(rows, database=spark_database)
    # Each trains on random pairs of its own, so a few proposals may differ.
    same = {merge.rows for merge in on_spark.merges} & {merge.rows for merge in on_duckdb.merges}
    assert len(same) > 0.9 * len(on_duckdb.merges)
