"""What importing a mail into the history costs, people and cases included, while the history grows.

    python benchmarks/import_growth.py [--mails 10000] [--every 10000] [--list mails.jsonl.gz]

Imports one mailbox file through the Hub into SQLite and tells the processor time a mail of each stretch. The mails are
invented: threads of a town's people and its offices, a few heavy writers. `--list` takes the mails of a JSONL file
instead (mid, irt, refs, subject, frm, to, cc, date, text), again and again under other ids and addresses until there
are enough. The digest at the end says whether two runs came to the same.
"""

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from omnilink.hub import Hub
from omnilink.ingest.imports import Imported

START_S = 1_704_067_200
OFFICES = tuple(f"office{n}@agency.example" for n in range(8))
WORDS = ("lamp", "harbour", "road", "music", "school", "permit", "noise", "water", "bench", "tree", "taxes", "market")


def invented(count: int, seed: int = 1) -> Iterator[EmailMessage]:
    """Mails of a town: threads of one to eight, every person in a few of them."""
    rng = random.Random(seed)  # noqa: S311
    made, open_threads = 0, list[dict[str, Any]]()
    while made < count:
        if open_threads and rng.random() < 0.75:
            thread = rng.choice(open_threads)
        else:
            # One known person for every four mails; some write fifty times as often as others.
            people = [int((20 + made // 4) * rng.random() ** 2) for _ in range(rng.choice((1, 1, 2, 3)))]
            subject = f"Matter of {' '.join(rng.sample(WORDS, 3))} {made}"
            thread = {"ids": [], "people": people, "office": rng.choice(OFFICES), "subject": subject}
            open_threads.append(thread)
        if len(open_threads) > 400:
            open_threads.pop(0)
        yield _mail(rng, thread, made)
        made += 1


def _mail(rng: random.Random, thread: dict[str, Any], number: int) -> EmailMessage:
    person = rng.choice(thread["people"])
    others = [p for p in dict.fromkeys(thread["people"]) if p != person]
    said = "\n".join(" ".join(rng.choices(WORDS, k=12)) for _ in range(12))
    mail = EmailMessage()
    mail["From"] = f"Citizen No{person} <citizen{person}@town{person % 40}.example>"
    mail["To"] = thread["office"]
    if others:
        mail["Cc"] = ", ".join(f"citizen{p}@town{p % 40}.example" for p in others)
    mail["Subject"] = f"Re: {thread['subject']}" if thread["ids"] else thread["subject"]
    mail["Message-ID"] = f"<m{number}.{rng.getrandbits(40):x}@town{person % 40}.example>"
    mail["Date"] = format_datetime(datetime.fromtimestamp(START_S + 60 * number, UTC))
    if thread["ids"]:
        mail["In-Reply-To"] = thread["ids"][-1]
        mail["References"] = " ".join(thread["ids"][-10:])
        said += "\n\n> " + "\n> ".join(" ".join(rng.choices(WORDS, k=10)) for _ in range(6))
    mail.set_content(said + "\n")
    thread["ids"].append(mail["Message-ID"])
    return mail


def of_list(path: Path, count: int) -> Iterator[EmailMessage]:
    """Mails of a file, repeated as other people's until there are enough."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    for number in range(count):
        turn, place = divmod(number, len(rows))
        yield _listed(rows[place], f"t{turn}." if turn else "", number)


def _listed(row: dict[str, Any], turn: str, number: int) -> EmailMessage:
    mail = EmailMessage()
    for header, name in (("From", "frm"), ("To", "to"), ("Cc", "cc")):
        if row.get(name):
            mail[header] = ", ".join(f"{turn}{address}" for address in row[name])
    mail["Subject"] = row.get("subject") or ""
    if row.get("mid"):
        mail["Message-ID"] = f"<{turn}{row['mid']}>"
    if row.get("irt"):
        mail["In-Reply-To"] = " ".join(f"<{turn}{id}>" for id in row["irt"])
    if row.get("refs"):
        mail["References"] = " ".join(f"<{turn}{id}>" for id in row["refs"])
    at = row["date"] if row.get("date") else START_S + number
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    mail.set_content(row.get("text") or "")
    return mail


def write_mbox(mails: Iterator[EmailMessage], path: Path) -> None:
    """The mails as one mailbox file."""
    with path.open("wb") as file:
        for mail in mails:
            body = mail.as_bytes().replace(b"\nFrom ", b"\n>From ")
            file.write(b"From list Thu Jan  1 00:00:00 2024\n" + body + b"\n")


async def run(mailbox: Path, database: Path, every: int) -> dict[str, Any]:
    """Imports and tells the cost of each stretch."""
    rows: list[dict[str, int]] = []
    begun = last = time.process_time()
    seen = 0

    def told(done: Imported) -> None:
        nonlocal last, seen
        if done.received - seen >= every:
            now = time.process_time()
            rows.append({"mails": done.received, "us_a_mail": round(1e6 * (now - last) / (done.received - seen))})
            print(json.dumps(rows[-1]), flush=True)
            last, seen = now, done.received

    async with Hub.open(database) as hub:
        done = await hub.import_path(mailbox, connector="email", progress=told)
        cpu_s = time.process_time() - begun
        digest = await hub.store.read_digest(hub.scope)
    return {
        "mails": done.received, "interactions": done.interactions, "quarantined": done.quarantined,
        "cpu_s": round(cpu_s, 2), "us_a_mail": round(1e6 * cpu_s / max(1, done.received)), "digest": digest,
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=10_000)
    parser.add_argument("--list", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        mailbox = Path(folder) / "mails.mbox"
        mails = of_list(options.list, options.mails) if options.list else invented(options.mails)
        write_mbox(mails, mailbox)
        print(json.dumps(anyio.run(partial(run, mailbox, Path(folder) / "growth.db", options.every))))
