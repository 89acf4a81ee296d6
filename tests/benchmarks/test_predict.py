"""benchmarks/predict.py: what the scorers read, made from events alone."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from omnilink.model import (
    Call,
    CallUpdated,
    ChoiceMade,
    Choices,
    ConversationKind,
    DeliveryUpdated,
    Direction,
    Envelope,
    Event,
    Handle,
    HandleLearned,
    Ignored,
    InteractionKind,
    Location,
    Media,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    NativeRefs,
    OptOutReceived,
    Participant,
    ReactionChanged,
    Role,
    StatedClaim,
    Text,
    Unparsed,
)
from omnilink.plugin import Capabilities, ConnectorSettings, Manifest, Rejected, Verified

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SCRIPT = BENCHMARKS / "predict.py"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BASE = {"event_key": "e", "lane_key": "l"}
SPOKEN = {**BASE, "message_key": "m", "conversation_keys": ("c",)}
REFS = NativeRefs(message_id="1", sender_id="s", reply_to="0")
SLACK = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "event": {"type": "message", "channel": "C1", "user": "U1", "ts": "1700000000.000100", "text": "Hello"},
}


@pytest.fixture(autouse=True)
def _benchmarks_on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)


class FakeConnector:
    """Says what it was given, or fails."""

    manifest: ClassVar = Manifest(name="fake", title="Fake", channels=("fake",), version="1")
    capabilities: ClassVar = Capabilities()

    def __init__(self, settings: ConnectorSettings) -> None:
        self.seen: list[Envelope] = []

    def parse(self, envelope: Envelope) -> list[Event]:
        self.seen.append(envelope)
        if envelope.body == b"fail":
            raise RuntimeError("a value that must not be printed")
        return [MessageReceived(**SPOKEN, parts=(Text(text=envelope.body.decode()),))]

    def handshake(self, request, secrets, now):
        return None

    def verify(self, request, secrets, now, keys):
        if request.header("x-sig") == "fail":
            raise RuntimeError
        (secret,) = secrets["auth_token"]
        signed = (
            f"{secret.reveal()} {request.url} {request.body.decode()} {request.headers.get('content-type')} {now:%Y}"
        )
        return Verified(None) if request.header("x-sig") == signed else Rejected("no")


class FakeConnectors:
    def __init__(self) -> None:
        self.made = FakeConnector(ConnectorSettings(account="a"))

    def get(self, name):
        return self.made if name in ("slack", "twilio") else None


def run(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def write_corpus(folder, rows):
    (folder / "payloads").mkdir()
    index = []
    for row, body in rows:
        if body is not None:
            (folder / "payloads" / row["file"]).write_bytes(body)
        index.append(json.dumps(row))
    (folder / "index.jsonl").write_text("\n".join(index) + "\n", encoding="utf-8")


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("level", ["conversation", "case"])
def test_mails_end_in_the_thread_their_headers_name(tmp_path, level):
    mails = [
        {"id": "1", "mid": "a@x", "subject": "Bins", "frm": ["ana@x"], "to": ["town@x"], "date": 1.0, "text": "When?"},
        {
            "id": "2",
            "mid": "b@x",
            "irt": ["a@x"],
            "subject": "Re: Bins",
            "frm": ["town@x"],
            "to": ["ana@x"],
            "date": 2.0,
        },
        {"id": "3", "mid": "c@x", "subject": "Trees", "frm": ["wei@x"], "to": ["town@x"], "date": 3.0, "text": "Tall."},
    ]
    (tmp_path / "in").write_text("\n".join(map(json.dumps, mails)), encoding="utf-8")
    result = run("mail", str(tmp_path / "in"), str(tmp_path / "out"), "--level", level)
    assert result.returncode == 0, result.stderr
    threads = {row["id"]: row["thread"] for row in lines_of(tmp_path / "out")}
    assert threads["1"] == threads["2"] != threads["3"]


def test_reply_is_what_its_author_wrote(tmp_path):
    mail = {"id": "1", "text": "Yes, please.\n\nOn Monday, Ana wrote:\n> Shall we come?\n"}
    (tmp_path / "in").write_text(json.dumps(mail), encoding="utf-8")
    result = run("quotes", str(tmp_path / "in"), str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    assert [row["reply"].strip() for row in lines_of(tmp_path / "out")] == ["Yes, please."]


def test_room_is_linked_from_the_first_annotated_line_on(tmp_path):
    (tmp_path / "room.ascii.txt").write_text("[10:00] <ana> hello\n[10:01] <wei> ana: hi\n", encoding="utf-8")
    (tmp_path / "room.annotation.txt").write_text("0 1 -\n", encoding="utf-8")
    result = run("irc", str(tmp_path), str(tmp_path / "out"), "--rules-only")
    assert result.returncode == 0, result.stderr
    assert lines_of(tmp_path / "out") == [{"file": "room", "id": 1, "parent": 0}]


def test_records_of_one_person_have_one_cluster(tmp_path):
    names = ["Ana,Ruiz", "Ana,Ruiz", "Wei,Chen", "Olga,Petrova", "John,Smith", "Marie,Curie"]
    rows = [f"r{n},{name},198{n // 2}-03-0{n // 2 + 1},town{n // 2}" for n, name in enumerate(names)]
    text = "\n".join(["record_id,given_name,surname,date_of_birth,city", *rows])
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    result = run("people", str(tmp_path / "in.csv"), str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    header, *found = (tmp_path / "out").read_text(encoding="utf-8").splitlines()
    assert header == "record_id,cluster_id"
    assert [row.partition(",")[0] for row in found] == [f"r{n}" for n in range(6)]


def test_corpus_is_answered_file_by_file_whatever_the_files_hold(tmp_path):
    pytest.importorskip("omnilink_slack")
    row = {"channel": "slack", "format": "json", "headers": None}
    write_corpus(
        tmp_path,
        [
            ({**row, "file": "good.json", "kind": "call", "expected": {"text": "Goodbye"}}, json.dumps(SLACK).encode()),
            ({**row, "file": "bad.json"}, b"\xff\x00"),
            ({**row, "file": "missing.json"}, None),
            ({**row, "file": "other.json", "channel": "carrier_pigeon"}, b"{}"),
            ({"file": "bare.json", "channel": "slack"}, b'{"type":"url_verification","challenge":"abc"}'),
        ],
    )
    result = run("corpus", str(tmp_path), str(tmp_path / "out"))
    assert result.returncode == 0
    assert result.stderr == "missing.json: FileNotFoundError\n"
    good, *others = map(json.loads, (tmp_path / "out").read_text().splitlines())
    assert good["outcome"] == "events"
    assert good["events"][0]["kind"] == "message"
    assert good["events"][0]["facts"] == {
        "event_id": "Ev1", "message_id": "1700000000.000100", "conversation_id": "C1", "account_id": "T1",
        "sender_id": "U1", "timestamp": "2023-11-14T22:13:20.000100+00:00", "attachments": 0, "text": "Hello",
    }  # fmt: skip
    assert [(o["file"], o["outcome"]) for o in others] == [
        ("bad.json", "unparsed"), ("missing.json", "unparsed"), ("other.json", "unparsed"), ("bare.json", "ignored"),
    ]  # fmt: skip


def test_a_row_s_headers_win_over_its_format(tmp_path):
    import predict_corpus

    connectors = FakeConnectors()
    (tmp_path / "a").write_bytes(b"x")
    for headers in (None, {"Content-Type": "text/plain", "X-Other": None}):
        row = {"file": "a", "channel": "slack", "format": "form", "headers": headers}
        predict_corpus.predict_file(tmp_path / "a", row, connectors)
    assert [envelope.headers for envelope in connectors.made.seen] == [
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "text/plain"},
    ]


def test_a_parser_that_raises_costs_its_file_only_and_shows_no_content(tmp_path, capsys):
    import predict_corpus

    (tmp_path / "a").write_bytes(b"fail")
    row = {"file": "a", "channel": "slack", "format": "json", "headers": None}
    answer = predict_corpus.predict_file(tmp_path / "a", row, FakeConnectors())
    assert answer == {"file": "a", "outcome": "unparsed", "events": []}
    assert capsys.readouterr().err == "a: RuntimeError\n"


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (MessageReceived(**SPOKEN), "message"),
        (MessageReceived(**SPOKEN, direction=Direction.ECHO), "echo"),
        (MessageReceived(**SPOKEN, automated="bounce"), "status"),
        (MessageReceived(**SPOKEN, automated="list"), "message"),
        (MessageReceived(**SPOKEN, kind=InteractionKind.COMMENT), "comment"),
        (ChoiceMade(**SPOKEN), "interactive"),
        (ChoiceMade(**SPOKEN, direction=Direction.ECHO), "echo"),
        (CallUpdated(**SPOKEN, call=Call(status="ringing")), "call"),
        (MessageEdited(**BASE, target_key="t"), "edit"),
        (MessageDeleted(**BASE, target_key="t"), "delete"),
        (ReactionChanged(**BASE, target_key="t"), "reaction"),
        (DeliveryUpdated(**BASE, target_key="t", status="read"), "status"),
        (OptOutReceived(**BASE, handle=Handle.of("tel", "+1")), "optout"),
        (Ignored(**BASE, reason="r", what="queue"), "queue"),
        (HandleLearned(**BASE, handles=()), "profile"),
    ],
)
def test_every_event_has_its_kind(event, kind):
    import predict_corpus

    assert predict_corpus.kind_of(event) == kind


def test_outcome_is_events_ignored_or_unparsed():
    import predict_corpus

    message, quiet = MessageReceived(**SPOKEN), Ignored(**BASE, reason="r", refs=REFS)
    unparsed, learned = Unparsed(**BASE, reason="r"), HandleLearned(**BASE, handles=())

    def outcome(*events):
        answer = predict_corpus.answer(list(events))
        return answer["outcome"], [event["kind"] for event in answer["events"]]

    assert outcome() == outcome(unparsed, unparsed) == ("unparsed", [])
    assert outcome(message, unparsed, learned) == ("events", ["message"])
    assert outcome(message, quiet) == ("events", ["message", "system"])
    assert outcome(quiet, learned) == ("ignored", ["system"])
    assert outcome(learned) == ("ignored", ["profile"])
    assert predict_corpus.answer([quiet])["events"][0]["facts"]["sender_id"] == "s"


def test_facts_of_a_message_are_those_it_says():
    import predict_corpus

    author = Participant(role=Role.AUTHOR, claims=(StatedClaim(field="display_name", value="Ana"),))
    event = MessageReceived(
        **SPOKEN,
        refs=REFS,
        occurred_at=AT,
        participants=(Participant(role=Role.TO), author),
        parts=(
            Text(text="a"),
            Text(text="b"),
            Media(caption="c"),
            Media(),
            Location(latitude=1.5, longitude=-2),
            Choices(action_id="x", value="y"),
        ),
    )
    assert predict_corpus.facts_of(event) == {
        "message_id": "1", "sender_id": "s", "reply_to": "0", "timestamp": "2026-03-01T12:00:00+00:00",
        "text": "a\nb", "attachments": 2, "latitude": 1.5, "longitude": -2.0, "action_id": "x",
        "postback_payload": "y", "sender_name": "Ana",
    }  # fmt: skip
    assert predict_corpus.facts_of(MessageReceived(**SPOKEN, parts=(Media(caption="c"),)))["text"] == "c"


def test_facts_of_a_mail_are_its_headers():
    import predict_corpus

    mail = MessageReceived(
        **SPOKEN, conversation_kind=ConversationKind.MAIL, refs=REFS, subject="S", occurred_at=AT, parts=(Media(),)
    )
    facts = predict_corpus.facts_of(mail)
    assert {name: facts[name] for name in facts if name.startswith(("header", "in_"))} == {
        "header_from": "s", "header_subject": "S", "header_date": "2026-03-01T12:00:00+00:00", "in_reply_to": "0",
    }  # fmt: skip
    assert facts["upstream_attachments"] == 1


def test_facts_of_what_happened_to_a_message():
    import predict_corpus

    about = {**BASE, "target_key": "t"}
    facts = predict_corpus.facts_of
    assert facts(ReactionChanged(**about, added=("+1",)))["reaction_emoji"] == "+1"
    assert facts(ReactionChanged(**about, removed=("+1",)))["reaction_emoji"] == "+1"
    assert facts(ReactionChanged(**about)) == {}
    assert facts(DeliveryUpdated(**about, status="read")) == {"status": "read"}
    assert facts(MessageEdited(**about, parts=(Text(text="new"),))) == {"text": "new", "attachments": 0}
    call = Call(status="in-progress", digits="1", speech="yes")
    assert facts(CallUpdated(**SPOKEN, call=call, refs=NativeRefs(call_id="c"))) == {
        "call_id": "c", "status": "in-progress", "digits": "1", "speech": "yes", "attachments": 0,
    }  # fmt: skip


def test_signatures_are_judged_by_the_scheme_s_connector_and_others_are_null(tmp_path):
    pytest.importorskip("omnilink_slack")
    body, ts = "payload=é", "1700000000"
    sig = "v0=" + hmac.new(b"secret-key", f"v0:{ts}:{body}".encode(), hashlib.sha256).hexdigest()
    good = {
        "id": "good", "scheme": "slack_v0", "valid": False, "key": "secret-key", "body": body, "now": 1700000000,
        "headers": {"X-Slack-Request-Timestamp": ts, "X-Slack-Signature": sig},
    }  # fmt: skip
    vectors = [
        good,
        {**good, "id": "stale", "now": 1700000301},
        {**good, "id": "no-time", "now": None},
        {**good, "id": "absurd-time", "now": 1e300},
        {**good, "id": "blank-key", "key": " "},
        {**good, "id": "no-key", "key": None},
        {**good, "id": "no-body", "body": None},
        {**good, "id": "no-headers", "headers": None},
        {**good, "id": "null-header", "headers": {**good["headers"], "X-Slack-Signature": None}},
        {**good, "id": "twice", "headers": {**good["headers"], "X-Slack-Signature": [sig, sig]}},
        {**good, "id": "other", "scheme": "carrier_pigeon"},
        {"id": "empty"},
        "nothing",
    ]
    (tmp_path / "vectors.json").write_text(json.dumps({"vectors": vectors}), encoding="utf-8")
    result = run("signatures", str(tmp_path / "vectors.json"), str(tmp_path / "out"))
    assert (result.returncode, result.stderr) == (0, "")
    answers = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert [answer["id"] for answer in answers] == [vector["id"] for vector in vectors[:-1]]
    assert [answer["accepted"] for answer in answers] == [True, *[False] * 9, None, None]


def test_a_vector_s_params_are_a_form_and_its_text_is_a_body():
    import predict_signatures

    connectors = FakeConnectors()
    form = "application/x-www-form-urlencoded"
    vector = {"scheme": "twilio", "key": "12345", "url": "https://a/?b=1"}
    for told, expected in (
        ({"params": {"A": "1 2", "B": ["x", "y"], "C": None, "D": 4}}, f"A=1+2&B=x&B=y&C=&D=4 {form}"),
        ({"params": {}, "body": None}, f" {form}"),
        ({"params": None, "body": '{"a": 1}'}, '{"a": 1} application/json'),
        ({"body": "a=1"}, f"a=1 {form}"),
    ):
        signed = {"x-sig": f"12345 https://a/?b=1 {expected} 2026"}
        assert predict_signatures.is_accepted({**vector, **told, "headers": signed}, connectors) is True
        assert predict_signatures.is_accepted({**vector, **told, "headers": {"x-sig": "x"}}, connectors) is False


def test_a_verifier_that_raises_has_not_accepted(capsys):
    import predict_signatures

    vector = {"id": "v", "scheme": "twilio", "key": "12345", "headers": {"X-Sig": "fail"}}
    assert predict_signatures.is_accepted(vector, FakeConnectors()) is False
    assert capsys.readouterr().err == "v: RuntimeError\n"


def test_a_scheme_whose_connector_is_missing_is_null():
    import predict_signatures

    assert predict_signatures.is_accepted({"scheme": "meta_hub256", "key": "12345"}, FakeConnectors()) is None


def test_a_freshly_made_twilio_signature_is_accepted():
    pytest.importorskip("omnilink_twilio.connector")
    import predict_connectors
    import predict_signatures

    url, params = "https://hooks.example.org/hooks/line", {"To": "+34910000000", "Body": "hola ñ"}
    text = url + "".join(name + params[name] for name in sorted(params))
    sig = base64.b64encode(hmac.new(b"a-token", text.encode(), hashlib.sha1).digest()).decode()
    vector = {
        "scheme": "twilio",
        "key": "a-token",
        "url": url,
        "params": params,
        "headers": {"X-Twilio-Signature": sig},
    }
    connectors = predict_connectors.Connectors()
    assert predict_signatures.is_accepted(vector, connectors) is True
    assert predict_signatures.is_accepted({**vector, "params": {**params, "Body": "hola n"}}, connectors) is False
