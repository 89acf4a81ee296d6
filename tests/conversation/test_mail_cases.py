"""Cases of mails whose headers are damaged: evidence joins, the subject alone never does, and all can be taken back."""

import gzip
import json
import random

import pytest

from omnilink.conversation.mail_cases import JOIN, RECYCLED_AFTER_S, SUGGEST, MailCases
from omnilink.conversation.mail_evidence import weights
from omnilink.conversation.mail_record import Mail

DESK = "help@city.example"
DAY_S = 86_400.0
T0 = 1_772_442_000.0  # 2026-03-02 09:00 UTC
QUESTION = (
    "The street lamp in front of 14 Harbour Road has been dark for nine days.\nMy mother walks there every evening."
)
QUOTE = "\n".join(f"> {line}" for line in QUESTION.split("\n"))


def question(name="q", author="ana@example.org", subject="Street lamp", **more):
    return Mail(**{
        "id": name, "ids": (f"{name}@x.example",), "subject": subject, "author": author,
        "recipients": (DESK,), "at_s": T0, "text": QUESTION, **more,
    })  # fmt: skip


def answer(name="a", *, to="ana@example.org", subject="Re: Street lamp", text=None, **more):
    said = f"We sent somebody on Tuesday.\n\nOn Mon, 2 Mar 2026 at 09:00, Ana <{to}> wrote:\n{QUOTE}"
    return Mail(**{
        "id": name, "ids": (f"{name}@city.example",), "subject": subject, "author": DESK, "recipients": (to,),
        "at_s": T0 + DAY_S, "text": said if text is None else text, "is_own": True, **more,
    })  # fmt: skip


def placed(*mails, **settings):
    cases = MailCases(**settings)
    for mail in mails:
        cases.add(mail)
    return cases


def together(cases, a=0, b=1):
    return cases.case(a) == cases.case(b)


def test_an_answer_without_headers_finds_its_mail_by_evidence():
    cases = placed(question(), answer())
    assert together(cases)
    (choice,) = cases.choices
    (joined,) = choice.joined
    assert joined.mail == 0
    assert joined.confidence >= JOIN
    assert {"quoted_share", "introduced_minute", "introduced_author"} <= dict(joined.facts).keys()


def test_a_helpdesks_number_tells_apart_what_looks_alike():
    asked = question(subject="[#4711] Your request")
    assert together(placed(asked, answer(subject="Re: [#4711] Your request", text="Done.")))
    assert not together(placed(asked, answer(subject="Re: [#4712] Your request", text="Done.")))
    assert together(placed(asked, answer(subject="Re: Your request")))


def test_the_conversations_themselves_stay_two():
    cases = placed(question(), answer())
    assert cases.conversations.conversation(0) != cases.conversations.conversation(1)


def test_the_subject_alone_never_joins():
    for subject in ("Complaint", "Street lamp with a very long and rare subject nobody else has ever used"):
        other = Mail("o", ("o@y",), subject=f"Re: {subject}", author="eve@else.example", recipients=("x@else.example",),
                     at_s=T0 + DAY_S, text="Something else altogether, thank you.")  # fmt: skip
        assert not together(placed(question(subject=subject), other))


def test_two_citizens_with_one_generic_subject_stay_apart_in_any_number():
    mails = [question(f"q{n}", f"citizen{n}@example.org", "Complaint", text=f"My matter number {n} is about {n * 'x'}")
             for n in range(30)]  # fmt: skip
    cases = placed(*mails)
    assert len({cases.case(n) for n in range(30)}) == 30


def test_among_collided_subjects_the_quote_tells_the_right_one():
    mails = [question(f"q{n}", f"citizen{n}@example.org", "Complaint", text=f"Matter {n}: the bridge no. {n} is shut")
             for n in range(10)]  # fmt: skip
    reply = answer(to="citizen7@example.org", subject="AW: Complaint",
                   text="Thank you.\n> Matter 7: the bridge no. 7 is shut")  # fmt: skip
    cases = placed(*mails, reply)
    assert cases.case(10) == cases.case(7)


def test_photos_in_several_mails_are_one_matter():
    parts = [
        question(f"p{n}", subject=f"Photos of the lamp ({n}/3)", at_s=T0 + 40 * n, text=f"photo {n}") for n in (1, 2, 3)
    ]
    cases = placed(*parts)
    assert len({cases.case(n) for n in range(3)}) == 1


def test_between_join_and_suggest_an_official_is_asked():
    unsure = answer(
        text="We sent somebody on Tuesday.", at_s=T0 + 60 * DAY_S, recipients=("ana@example.org", "x@y.example")
    )
    cases = placed(question(), unsure)
    for choice in cases.choices:
        assert all(one.confidence >= SUGGEST for one in choice.suggested)
        assert all(one.confidence >= JOIN for one in choice.joined)
        assert all(one.confidence < SUGGEST for one in choice.alternatives)


def test_a_join_taken_back_leaves_the_rest_together():
    later = Mail("later", ("l@x.example",), ("a@city.example",), author="ana@example.org", at_s=T0 + 2 * DAY_S)
    cases = placed(question(), answer(), later)
    assert cases.members(0) == [0, 1, 2]
    cases.revoke(1)
    assert not together(cases)
    assert cases.members(1) == [1, 2]
    cases.revoke(0)  # nothing was joined there
    assert cases.members(0) == [0]


def test_a_native_cut_parts_the_cases_too():
    reply = answer(answered=("q@x.example",))
    cases = placed(question(), reply)
    assert together(cases)
    cases.cut(1)
    assert not together(cases)


def test_one_mail_of_ours_to_many_is_a_case_for_each_who_answers():
    people = [f"citizen{n}@example.org" for n in range(25)]
    letter = Mail("letter", ("letter@city.example",), author=DESK, recipients=tuple(people), at_s=T0, is_own=True)
    replies = [Mail(f"r{n}", (f"r{n}@x",), ("letter@city.example",), author=who, recipients=(DESK,), at_s=T0 + n)
               for n, who in enumerate(people)]  # fmt: skip
    again = Mail("again", ("again@x",), ("letter@city.example",), author=people[3], recipients=(DESK,), at_s=T0 + 99)
    ours = Mail(
        "ours", ("ours@city.example",), ("r5@x",), author=DESK, recipients=(people[5],), at_s=T0 + 100, is_own=True
    )
    cases = placed(letter, *replies, again, ours)
    assert len({cases.case(n) for n in range(1, 26)}) == 25
    assert cases.case(26) == cases.case(4)
    assert cases.case(27) == cases.case(6)
    assert len({cases.conversations.conversation(n) for n in range(28)}) == 1


def test_blind_copies_are_known_by_the_ninth_who_answers_and_earlier_answers_part_too():
    letter = Mail("letter", ("letter@city.example",), author=DESK, recipients=(DESK,), at_s=T0, is_own=True)
    replies = [Mail(f"r{n}", (f"r{n}@x",), ("letter@city.example",), author=f"c{n}@example.org", at_s=T0 + n)
               for n in range(9)]  # fmt: skip
    before = placed(letter, *replies[:8])
    assert len({before.case(n) for n in range(9)}) == 1
    after = placed(letter, *replies)
    assert len({after.case(n) for n in range(1, 10)}) == 9


def test_citizens_among_themselves_are_no_mass_mail():
    talk = [Mail(f"r{n}", (f"r{n}@x",), ("q@x.example",), author=f"c{n}@example.org", at_s=T0 + n) for n in range(12)]
    cases = placed(question(), *talk)
    assert len({cases.case(n) for n in range(13)}) == 1


def test_a_new_matter_under_an_old_mail_is_suggested_for_parting_and_not_parted():
    later = question("n", subject="Music school", text="How do I enrol my son?", answered=("a@city.example",),
                     at_s=T0 + DAY_S + RECYCLED_AFTER_S + 1)  # fmt: skip
    cases = placed(question(), answer(answered=("q@x.example",)), later)
    assert cases.recycled == [(2, 1)]
    assert cases.members(0) == [0, 1, 2]


@pytest.mark.parametrize("change", [
    {"at_s": T0 + 2 * DAY_S}, {"subject": "Re: Street lamp"}, {"text": f"Still dark!\n{QUOTE}"}, {"at_s": None},
])  # fmt: skip
def test_a_late_answer_about_the_same_is_no_new_matter(change):
    later = question("n", **{"subject": "Music school", "text": "Hello", "answered": ("a@city.example",),
                     "at_s": T0 + DAY_S + RECYCLED_AFTER_S + 1, **change})  # fmt: skip
    assert placed(question(), answer(answered=("q@x.example",)), later).recycled == []


def test_dates_of_broken_clocks_and_empty_mails_do_no_harm():
    odd = [Mail("0", at_s=0.0), Mail("1", at_s=4_070_908_800.0, subject="Re: "), Mail("2", text=">" * 5000),
           Mail("3", subject="Re: Re:", text="\n" * 5000, author="a@b", recipients=("a@b",)), Mail("4", at_s=-1e12),
           answer("5", at_s=None), question("6", at_s=None)]  # fmt: skip
    cases = placed(*odd)
    assert len(cases.conversations.mails) == 7


def test_every_fact_there_is_has_a_weight():
    source = [json.dumps(name) for name in weights()]
    assert len(source) == len(set(source)) > 20


def score(shared, kind, *, seed=None):
    import sys

    sys.path.insert(0, str(shared / "threads"))
    try:
        import score_threads
    finally:
        sys.path.pop(0)
    with gzip.open(shared / "threads" / "mail_gold.jsonl.gz", "rt") as lines:
        gold = {row["id"]: row["thread"] for row in map(json.loads, lines)}
    with gzip.open(shared / "threads" / f"mail_{kind}.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    if seed is not None:
        random.Random(seed).shuffle(rows)
    cases = MailCases()
    for row in rows:
        cases.add(Mail(row["id"], (row["mid"],), tuple(row["irt"]), tuple(row["refs"]), row["subject"],
                       (row["frm"] or [""])[0], "", tuple(row["to"] + row["cc"]), row["date"],
                       row["text"]))  # fmt: skip
    found = {
        row["id"]: cases.conversations.conversation(n) if seed is not None else str(cases.case(n))
        for n, row in enumerate(rows)
    }
    return score_threads.score(gold, found), found


def test_intact_mails_are_threaded_exactly(shared):
    figures, _ = score(shared, "intact", seed=1)
    assert figures["exact_f1"] == figures["pair_f1"] == 100.0


@pytest.mark.parametrize(("kind", "pair", "exact", "wrong"), [("damaged", 96, 80, 6), ("collision", 95, 78, 7)])
def test_damaged_mails_find_their_cases(shared, kind, pair, exact, wrong):
    figures, _ = score(shared, kind)
    assert figures["pair_f1"] >= pair
    assert figures["exact_f1"] >= exact
    assert figures["wrong_merge_per_1000"] <= wrong


@pytest.mark.long
def test_intact_mails_are_one_partition_in_twenty_orders(shared):
    first = score(shared, "intact", seed=0)[1]
    for seed in range(1, 20):
        assert score(shared, "intact", seed=seed)[1] == first
