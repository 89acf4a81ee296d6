"""Automatic answers: rare, never to machines, and no two machines talk for long."""

from datetime import UTC, datetime, timedelta

from omnilink.conversation.automation import MailSigns, decide_automation
from omnilink.conversation.loop_breaker import automatic_envelope, decide_automatic_answer, text_mark

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERSON = decide_automation(MailSigns({}, (), "", "ana@example.org", "ana@example.org", "Lamp"))


def decide(automation=PERSON, answered=(), same_text=(NOW,)):
    return decide_automatic_answer(automation, answered_at=answered, same_text_at=same_text, now=NOW)


def test_a_person_gets_one_answer_a_day_in_a_conversation():
    assert decide().allowed
    assert decide(answered=[NOW - timedelta(hours=23)]).reason == "answered_lately"
    assert decide(answered=[NOW - timedelta(hours=25)]).allowed


def test_a_machine_gets_none():
    machine = decide_automation(MailSigns({"auto-submitted": ["auto-replied"]}))
    assert decide(machine).reason == "automated"


def test_who_asks_for_silence_gets_it():
    quiet = decide_automation(MailSigns({"x-auto-response-suppress": ["All"]}))
    assert decide(quiet).reason == "unwanted"


def test_the_same_text_five_times_in_ten_minutes_stops_whoever_sends_it():
    times = [NOW - timedelta(minutes=2 * n) for n in range(5)]
    assert decide(same_text=times).reason == "same_text_again"
    assert decide(same_text=times[:4]).allowed
    assert decide(same_text=[NOW - timedelta(minutes=3 * n) for n in range(5)]).allowed


def test_numbers_and_spaces_do_not_make_another_text():
    assert text_mark("Your ticket 4711 was received at 12:30.") == text_mark("Your  ticket 98 was received\nat 1:2.")
    assert text_mark("Yes") != text_mark("No")
    assert text_mark("123") != text_mark("456")


def test_what_we_send_is_known_as_a_machines_by_ourselves_and_by_others():
    envelope = automatic_envelope()
    assert envelope.envelope_sender == ""
    fields = {name.lower(): [value] for name, value in envelope.fields}
    assert decide_automation(MailSigns(fields)).kind == "loop"
    assert decide_automation(MailSigns(fields), loop_mark="other").kind == "auto-reply"
    generated = {name.lower(): [value] for name, value in automatic_envelope(is_answer=False).fields}
    assert decide_automation(MailSigns(generated), loop_mark="other").kind == "auto-generated"


def test_two_of_us_stop_at_the_first_answer():
    """Both sides answer automatically: the simulated conversation ends after one mail and one answer."""
    fields = {}
    sent = 0
    for turn in range(20):
        found = decide_automation(MailSigns(fields, (), "", "x@example.org"), loop_mark=f"side{turn % 2}")
        if not decide(found).allowed:
            break
        sent += 1
        fields = {n.lower(): [v] for n, v in automatic_envelope(loop_mark=f"side{turn % 2}").fields}
    assert sent <= 1


def test_a_machine_that_shows_no_sign_is_stopped_by_its_text():
    """It changes its address at each round, so only the text gives it away."""
    arrivals, answers, now = [], 0, NOW
    for _ in range(50):
        now += timedelta(seconds=20)
        arrivals.append(now)
        if decide_automatic_answer(PERSON, answered_at=(), same_text_at=arrivals, now=now).allowed:
            answers += 1
    assert answers == 4
