"""The model file and how it is read."""

from importlib.resources import files

import pytest

np = pytest.importorskip("numpy")

from tests.conversation.disentangle.rooms import room  # noqa: E402

from omnilink.conversation.disentangle import features, threads  # noqa: E402
from omnilink.conversation.disentangle import model as readings  # noqa: E402
from omnilink.conversation.disentangle.forest import read_forest  # noqa: E402
from omnilink.conversation.disentangle.messages import read_lines  # noqa: E402

MAX_BYTES = 2_000_000

# Two trees: one splits "lag" at 2.5 and then "same" at 0.5; the other is a single leaf.
ARRAYS = {
    "small.names": np.array(["lag", "same"]),
    "small.edges": np.array([2.5, 0.5], dtype=np.float32),
    "small.edges_of": np.array([1, 1]),
    "small.feature": np.array([0, 1, 0, 0, 0, 0], dtype=np.uint8),
    "small.last_left": np.array([0, 0, 255, 255, 255, 255], dtype=np.uint8),
    "small.child": np.array([1, 3, 2, 3, 4, 0], dtype=np.uint8),
    "small.value": np.array([0, 0, -1, 2, 3, 0.5], dtype=np.float16),
    "small.nodes_of": np.array([5, 1], dtype=np.uint8),
    "small.depth": np.array(2),
}


def busy_room(size):
    people = [f"person{number}" for number in range(7)]
    return room(
        *(
            (at / 3, people[at * at % 7], f"{people[at % 5]}: about form {at % 11} or page {at % 4}?"[at % 3 * 9 :])
            for at in range(size)
        )
    )


def test_the_model_files_are_small():
    data = files("omnilink.conversation.disentangle").joinpath("data")
    assert sum(len(data.joinpath(name).read_bytes()) for name in ("room.npz", "live.npz")) <= MAX_BYTES


def test_the_model_of_a_running_room_uses_nothing_that_looks_ahead():
    used = {name for forest in readings.read_model("live").values() for name in forest.names}
    assert not used & (features.LOOKS_AHEAD | threads.LOOKS_AHEAD)
    assert {name for forest in readings.read_model("room").values() for name in forest.names} & features.LOOKS_AHEAD


def test_a_forest_sums_the_leaves_its_rows_reach():
    forest = read_forest(ARRAYS, "small")
    lag, same = np.array([1, 2.5, 2.6, 1]), np.array([0, 1, 1, 0.5])
    assert forest.score([lag, same]).tolist() == [2.5, 3.5, -0.5, 2.5]


def test_blocks_of_a_big_room_give_what_the_whole_gives(monkeypatch):
    lines = read_lines(busy_room(400))
    whole = readings.link_by_model(lines, "room")
    monkeypatch.setattr(readings, "BLOCK", 64)
    assert readings.link_by_model(lines, "room") == whole


def test_the_parents_of_a_message_are_of_one_thread():
    root = {}
    for at, parents in enumerate(readings.link_by_model(read_lines(busy_room(300)), "room")):
        first, *more = (parent for parent, _ in parents)
        root[at] = at if first == at else root[first]
        assert all(root[other] == root[at] for other in more)
