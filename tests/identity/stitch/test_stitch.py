"""Whole tables: what must be together, what must never be, and what is said about it."""

import pytest

from omnilink.errors import BadInput
from omnilink.identity.stitch import Groups, stitch


@pytest.fixture(scope="module")
def stitched(register):
    rows, truth = register.make_register()
    return rows, truth, stitch(rows)


def test_weights_learned_without_truth_find_the_people(stitched, register):
    _, truth, groups = stitched
    precision, recall = register.precision_and_recall(truth, groups.labels)
    assert precision > 0.98
    assert recall > 0.97


def test_every_row_is_in_exactly_one_group(stitched):
    rows, _, groups = stitched
    assert sorted(row for group in groups for row in group) == list(range(len(rows)))
    assert all(groups.group_of(row) == number for number, group in enumerate(groups.groups) for row in group)


def test_the_same_rows_give_the_same_groups(stitched):
    rows, _, groups = stitched
    assert stitch(rows).labels == groups.labels


def test_a_waterfall_adds_up(stitched):
    _, _, groups = stitched
    several = next(group for group in groups if len(group) > 1)
    waterfall = groups.explain(*several[:2])
    assert sum(step.bits for step in waterfall.steps) == pytest.approx(waterfall.bits, abs=0.1)
    assert waterfall.steps[0].what == "prior"
    assert waterfall.together


def test_what_is_least_sure_comes_first(stitched):
    _, _, groups = stitched
    doubts = groups.doubtful(10)
    distance = [abs(doubt.bits - groups.threshold) for doubt in doubts]
    assert distance == sorted(distance)
    assert all(
        len({groups.group_of(row) for row in doubt.rows}) == (2 if doubt.kind == "pair" else 1) for doubt in doubts
    )


def test_a_repr_shows_no_person(stitched):
    _, _, groups = stitched
    assert repr(groups) == f"Groups(rows={len(groups.labels)}, people={len(groups)})"


HOME = {"address": "7 Oak Road", "phone": "555 111 2222"}


def with_strangers(register, rows):
    """The rows in front of a register with the same columns."""
    others, _ = register.make_register(people=60, seed=9)
    return rows + [{**row, "address": row["street"], "name": f"{row['first_name']} {row['surname']}"} for row in others]


def labels_of(register, rows):
    plain = [{"name": "", "dob": "", "address": "", "phone": "", "email": "", **row} for row in rows]
    columns = ("name", "dob", "address", "phone", "email")
    every = [{column: row.get(column, "") for column in columns} for row in with_strangers(register, plain)]
    return stitch(every).labels[: len(rows)]


def test_father_and_son_on_one_telephone_stay_apart(register):
    father = {"name": "Robert Hale Sr.", "dob": "1950-01-02", **HOME}
    son = {"name": "Robert Hale Jr.", "dob": "", **HOME}
    labels = labels_of(register, [father, son, dict(father), dict(son)])
    assert labels[0] == labels[2] != labels[1]


def test_twins_with_everything_else_alike_stay_apart(register):
    ada = {"name": "Ada Twin", "dob": "1990-03-04", **HOME, "email": "twins@home.example"}
    ben = {**ada, "name": "Ben Twin"}
    labels = labels_of(register, [ada, ben, {**ada, "email": ""}, {**ben, "email": ""}])
    assert labels[0] == labels[2]
    assert labels[1] == labels[3]
    assert labels[0] != labels[1]


def test_a_couple_on_one_telephone_stays_apart(register):
    labels = labels_of(
        register,
        [
            {"name": "Robert Hale", "dob": "1950-01-02", **HOME},
            {"name": "Paula Hale", "dob": "1955-06-07", **HOME},
            {"name": "Bob Hale", "dob": "1950-02-01", **HOME},
        ],
    )
    assert labels[0] == labels[2] != labels[1]


def test_names_of_several_scripts_and_orders_meet(register):
    labels = labels_of(
        register,
        [
            {"name": "王小明", "dob": "1988-01-05", "phone": "555 222 1234"},
            {"name": "Xiaoming Wang", "dob": "1988-01-05", "phone": "555 222 1234"},
            {"name": "Сергей Щербаков", "dob": "1970-05-06", "email": "s@x.example"},
            {"name": "Shcherbakov, Sergey", "dob": "1970-05-06", "email": "s@x.example"},
        ],
    )
    assert labels[0] == labels[1]
    assert labels[2] == labels[3]
    assert labels[0] != labels[2]


def test_a_borrowed_number_joins_no_strangers(register):
    rows, _ = register.make_register(people=80, seed=4)
    for i, row in enumerate(rows):
        row["ssn"] = f"{(i * 7919 + 100003) % 10**9:09}"
    rows[0] |= {"ssn": "123456789", "first_name": "Ada", "surname": "Bergmann", "dob": "1980-02-01"}
    rows[1] |= {"ssn": "123456789", "first_name": "Otto", "surname": "Winterau", "dob": "1951-11-28"}
    groups = stitch(rows)
    assert groups.group_of(0) != groups.group_of(1)


def test_a_hot_key_supports_and_never_links_and_is_named(register):
    rows, truth = register.make_register(people=120, seed=5)
    for row in rows[:150]:
        row["phone"] = "0170 9999999"
    groups = stitch(rows)
    precision, _ = register.precision_and_recall(truth, groups.labels)
    assert precision > 0.97
    assert max(map(len, groups)) <= 5
    assert groups.hot_keys[0].rows == 150
    assert groups.warnings[0].startswith("phone •••999")
    assert "9999999" not in "".join(groups.warnings) + repr(groups.hot_keys)


def test_rows_that_say_only_one_shared_number_stay_alone():
    groups = stitch([{"surname": "", "phone": "0170 9999999"} for _ in range(5000)])
    assert max(map(len, groups)) == 1
    assert any("stays alone" in warning for warning in groups.warnings)


def test_many_copies_of_one_row_are_one_person(register):
    rows, _ = register.make_register(people=40, seed=6)
    full = {**rows[0], "first_name": "Ada", "surname": "Bergmann", "dob": "1980-02-01", "phone": "0170 1234567"}
    groups = stitch([*rows, *(dict(full) for _ in range(500))])
    assert len(set(groups.labels[len(rows) :])) == 1


def test_nonsense_breaks_nothing():
    rows = [
        {"name": "\ud800", "dob": "99/99/9999", "phone": "☎", "email": "@", "ssn": "000000000"},
        {"name": "👻" * 500, "dob": "0000-00-00", "phone": "", "email": "x" * 9000, "ssn": "-"},
        {"name": None, "dob": 19800201, "phone": 49170.0, "email": float("nan"), "ssn": True},
        {"name": "", "dob": "", "phone": "", "email": "", "ssn": ""},
    ]
    assert len(stitch(rows * 3).labels) == 12


def test_tables_of_no_and_of_one_row():
    assert len(stitch([])) == 0
    assert stitch([{"surname": "Berg"}]).labels == (0,)


def test_a_handful_of_rows_is_stitched_too():
    groups = stitch(
        [
            {"first_name": "Robert", "surname": "Hale", "dob": "1950-01-02", "email": "rh@x.example"},
            {"first_name": "Bob", "surname": "Hale", "dob": "1950-01-02", "email": "rh@x.example"},
            {"first_name": "Paula", "surname": "Hale", "dob": "1955-06-07", "email": "ph@x.example"},
        ]
    )
    assert groups.labels == (0, 0, 1)


def test_a_field_of_ones_own_is_compared_as_a_text(register):
    rows, _ = register.make_register(people=30, seed=8)
    for i, row in enumerate(rows):
        row["Guild"] = "bakers" if i % 2 else "smiths"
    groups = stitch(rows, columns={"guild": "Guild"})
    assert "guild" in {weight.field for weight in groups.weights}


def test_progress_is_told_and_columns_are_named(register):
    rows, _ = register.make_register(people=10)
    told = []
    groups = stitch(rows, progress=lambda stage, number, of: told.append((number, of)))
    assert [number for number, _ in told] == list(range(told[0][1]))
    assert groups.columns["given"] == ("first_name",)
    assert isinstance(groups, Groups)


def test_a_table_that_describes_nobody_is_refused():
    with pytest.raises(BadInput):
        stitch([{"colour": "red"}])
