"""Timeline folds: the same in every order of what happened."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from omnilink.citizen.history import fold_reactions, parse_cursor
from omnilink.errors import BadInput
from omnilink.model import Call, Handle, Participant, Revision, RevisionAction, Role
from omnilink.model.delivery import LADDER, fold_call, fold_delivery

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def revision(n: int, action: RevisionAction, **fields) -> Revision:
    return Revision(
        id=f"r{n}", interaction="i", action=action, account="a", event_key=f"e{n}", at=NOW + timedelta(seconds=n),
        **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "result"),
    [
        (["sent", "delivered", "read"], "read"),
        (["queued", "sent", "undelivered"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["something-new"], "unknown"),
        (["played", "sent"], "read"),
    ],
)
def test_a_delivery_never_goes_back_down_in_any_order(words, result):
    receipts = [revision(n, RevisionAction.RECEIPT, status=word) for n, word in enumerate(words)]
    assert {fold_delivery(order) for order in permutations(receipts)} == {result}


def test_no_receipts_no_delivery():
    assert fold_delivery([]) is None
    assert LADDER.index("failed") < LADDER.index("delivered")


def test_a_call_is_the_same_whatever_order_its_callbacks_came_in():
    first = Call(status="ringing", sequence=0, at=NOW)
    later = [
        revision(1, RevisionAction.CALL, parts=(Call(status="in-progress", sequence=1, digits="2"),)),
        revision(2, RevisionAction.CALL, parts=(Call(status="in-progress", sequence=2, speech="street lamp"),)),
        revision(3, RevisionAction.CALL, parts=(Call(status="completed", sequence=3, duration_s=61),)),
        revision(4, RevisionAction.CALL, parts=(Call(status="in-progress", sequence=2, digits="1"),)),
    ]
    folded = {fold_call(first, order).model_dump_json() for order in permutations(later)}
    (call,) = map(Call.model_validate_json, folded)
    assert (call.status, call.digits, call.speech, call.duration_s) == ("completed", "2 1", "street lamp", 61)


def test_reactions_of_one_person_replace_each_other_only_as_told():
    ana = Participant(role=Role.AUTHOR, handle=Handle.parse("slack:T/U1"))
    changes = [
        revision(1, RevisionAction.REACT, actor=ana, added=("heart",)),
        revision(2, RevisionAction.REACT, actor=ana, added=("+1",)),
        revision(3, RevisionAction.REACT, actor=ana, removed=("heart",)),
    ]
    for order in permutations(changes):
        assert fold_reactions(order) == {"+1": 1}
    assert fold_reactions([*changes, revision(4, RevisionAction.REACT, actor=ana)]) == {}


@pytest.mark.parametrize("text", ["", "x", "12", "999999999999999999999999.id", "1e5.x"])
def test_a_bad_cursor_is_a_typed_error(text):
    with pytest.raises(BadInput):
        parse_cursor(text)
