"""The shared cities, in file order, with the defaults: what has to be reached (checked with the shared scorer)."""

import importlib.util
import json
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
@pytest.mark.parametrize("city", ["citizens_us", "citizens_es"])
def test_targets_are_reached_on_a_shared_city(shared, city):
    folder = shared / "people" / city
    scorer = load("score_people", shared / "people" / "score_people.py")
    predict = load("predict_citizens", BENCHMARKS / "predict_citizens.py")
    contact = dict(predict.predict(folder / "interactions.csv.gz"))
    truth = scorer.rows(str(folder / "truth.csv.gz"))
    found, traps = scorer.measure(truth, contact), scorer.traps(truth, contact)
    ceiling = json.loads((folder / "meta.json").read_text())["ceiling"]["all"]
    assert found["pair_p"] >= 0.99
    assert found["pair_f1"] >= 0.96 * ceiling["pair_f1"]
    assert found["b3_f1"] >= 0.96 * ceiling["b3_f1"]
    assert found["most_people"] <= 3
    limits = {"shared_phone": 0.05, "recycled_phone": 0.03, "twin": 0.03, "spoof": 0.20}
    assert {name: traps[name]["mixed"] for name, most in limits.items() if traps[name]["mixed"] > most} == {}
