"""benchmarks/predict_citizens.py: a file of interactions as a stream."""

import csv
import gzip
import importlib.util
from pathlib import Path

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
COLUMNS = (  # noqa: SIM905
    "record_id,ts,channel,full_name,given_name,family_name,dob,phone,email,channel_user_id,handle,device_id,street,"
    "postcode,city,national_id,case_ref,auth_level,caller_attestation,email_auth,reply_to,fwd_from"
).split(",")
ROWS = (
    {"channel": "voice", "full_name": "Ana Ruiz", "phone": "+34600111222", "caller_attestation": "A"},
    {"channel": "webform", "full_name": "Ruiz, Ana", "phone": "600 111 222", "email": "ana.ruiz@example.org"},
    {"channel": "voice", "full_name": "Ana Ruiz", "phone": "anonymous"},
    {"channel": "email", "full_name": "Ana Ruiz", "email": "ana.ruiz@example.org", "email_auth": "fail"},
    {"channel": "email", "full_name": "Ana Ruiz", "email": "ana.ruiz@example.org", "reply_to": "x@evil.example"},
    {"channel": "email", "full_name": "Ana Ruiz", "email": "berto@example.org", "fwd_from": "ANA.RUIZ@example.org"},
    {"channel": "telegram", "full_name": "Ana", "channel_user_id": "tg:4711"},
    {"channel": "telegram", "channel_user_id": "tg:4711"},
)


def test_every_record_gets_the_contact_it_is_in_at_the_end(tmp_path):
    path = tmp_path / "interactions.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for number, row in enumerate(ROWS):
            writer.writerow({"record_id": f"R{number}", "ts": f"2024-01-0{number + 1}T10:00:00", **row})
    spec = importlib.util.spec_from_file_location("predict_citizens", BENCHMARKS / "predict_citizens.py")
    predict_citizens = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(predict_citizens)
    contact = dict(predict_citizens.predict(path))
    assert len(contact) == len(ROWS)
    assert contact["R0"] == contact["R1"] == contact["R5"]
    assert contact["R6"] == contact["R7"]
    assert len({contact[f"R{n}"] for n in (0, 2, 3, 4, 6)}) == 5
