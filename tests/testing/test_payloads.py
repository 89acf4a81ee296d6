"""The mutators: every place of a payload is made wrong, whatever holds it, and the same way every time."""

import json
from email import message_from_bytes
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.testing.payloads import REMOVED, change_bytes, mutate, mutate_json, places, replaced

VALUE = {"a": [{"b": "x"}, {"b": 7}], "inner": json.dumps({"deep": [1]})}


def changed_at(path, mutations):
    """How the node at a path was changed."""
    found = []
    for _, value in mutations:
        node = value
        try:
            for step in path:
                node = node[step]
        except (KeyError, IndexError, TypeError):
            node = REMOVED
        found.append(node)
    return found


@pytest.mark.parametrize("path", list(places(VALUE)), ids=str)
def test_every_node_is_deleted_nulled_and_retyped(path):
    nodes = changed_at(path, mutate_json(VALUE))
    assert any(node is REMOVED for node in nodes) or isinstance(path[-1], int)
    assert None in nodes
    assert any(isinstance(node, list) for node in nodes)


def test_json_within_json_is_opened():
    inner = [value["inner"] for _, value in mutate_json(VALUE) if isinstance(value.get("inner"), str)]
    assert json.dumps({}) in inner or json.dumps({"deep": None}) in inner


def test_json_within_a_form_is_opened_and_every_field_goes_missing():
    body = urlencode({"payload": json.dumps({"type": "x"}), "other": "1"}).encode()
    forms = [
        dict(parse_qsl(found.decode(), keep_blank_values=True)) for what, found in mutate(body) if "byte" not in what
    ]
    assert {"other": "1"} in forms
    assert {"payload": json.dumps({"type": None}), "other": "1"} in forms


def test_every_line_of_a_mail_goes_missing():
    mail = b"From: a@example.org\r\nSubject: lamp\r\n\r\nwords\r\n"
    found = [message_from_bytes(body) for what, body in mutate(mail) if what.endswith("is missing")]
    assert [m["From"] for m in found].count(None) == 1
    assert [m["Subject"] for m in found].count(None) == 1


@given(st.recursive(st.none() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)))
def test_a_replaced_node_changes_nothing_else(value):
    before = json.dumps(value)
    for path in places(value):
        copy = replaced(value, path, "new")
        node = copy
        for step in path:
            node = node[step]
        assert node == "new"
    assert json.dumps(value) == before


def test_a_place_tried_before_gets_less_and_the_same_in_every_run():
    tried = {}
    first, second = len(list(mutate(b'{"a": "x"}', tried=tried))), len(list(mutate(b'{"a": "y"}', tried=tried)))
    assert second < first
    assert list(mutate(b'{"a": "x"}')) == list(mutate(b'{"a": "x"}'))


@given(st.binary(min_size=1, max_size=40))
def test_every_byte_is_changed_dropped_and_preceded(given_bytes):
    found = set(change_bytes(given_bytes, budget=1_000))
    assert given_bytes not in found
    for place in range(len(given_bytes)):
        assert given_bytes[:place] + bytes([given_bytes[place] ^ 1]) + given_bytes[place + 1 :] in found


def test_a_budget_bounds_the_changes():
    assert len(list(change_bytes(bytes(10_000), budget=90))) <= 90
