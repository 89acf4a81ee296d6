"""Threading a mailbox beside Dovecot (THREAD=REFS) and notmuch in one interleaved run, and the cost of one mail.

    python benchmarks/mail_threading.py compare --peers FOLDER_OF_DRIVERS [--maildir DIR | --n 20000] [--rounds 3]
    python benchmarks/mail_threading.py one-by-one [--sizes 10000,100000,1000000] [--cases]

`compare` runs every program as a child of its own with nothing cached and counts the CPU of its whole life, our
interpreter's start included. The drivers are `peer_dovecot.py` and `peer_notmuch.py`; one that is not there or not
installed is told as not run. `one-by-one` feeds generated mails to one threader and tells what each of them cost when
so many were known. (`python benchmarks/threading.py` runs it too.)
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from omnilink.conversation.mail_ids import read_ids
from omnilink.conversation.mail_record import Mail
from omnilink.conversation.mail_threads import MailConversations

HEAD_BYTES = 16 * 1024
THREAD_MAILS = 8
BODY_WORDS = 1_300
PEERS = ("dovecot", "notmuch")


def make_mail(n: int) -> bytes:
    """One of a public list's size (about 9 KB): eight make a thread."""
    root, first = n - n % THREAD_MAILS, n % THREAD_MAILS == 0
    parents = "" if first else (
        f"In-Reply-To: <m{n - 1}@example.org>\r\nReferences: <m{root}@example.org>\r\n <m{n - 1}@example.org>\r\n"
    )  # fmt: skip
    hops = "".join(
        f"Received: from mx{hop}.example.org (mx{hop}.example.org [192.0.2.{hop}])\r\n\tby mail.city.example"
        f" with ESMTPS id {n}-{hop};\r\n\tMon, 11 Mar 2024 10:22:33 +0100\r\n"
        for hop in range(5)
    )
    # Few words come often and most come rarely, as in people's mail: an indexer's work depends on it.
    rng = random.Random(n)  # noqa: S311 -- repeatable, not secret
    words = [f"w{int(rng.paretovariate(0.6)) % 500_000:x}" for _ in range(BODY_WORDS)]
    body = "\r\n".join(" ".join(words[start : start + 12]) for start in range(0, BODY_WORDS, 12))
    return (
        f"Return-Path: <citizen{n % 5000}@example.org>\r\n{hops}From: Citizen <citizen{n % 5000}@example.org>\r\n"
        f"To: Help <help@city.example>\r\nSubject: {'' if first else 'Re: '}Matter {root}\r\n"
        f"Date: Mon, 11 Mar 2024 10:22:33 +0100\r\nMessage-ID: <m{n}@example.org>\r\n{parents}\r\n{body}\r\n"
    ).encode()


def make_maildir(folder: Path, count: int) -> None:
    """A Maildir with that many mails."""
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    for n in range(count):
        (folder / "cur" / f"{1_700_000_000 + n}.M{n}.host:2,").write_bytes(make_mail(n))


def read_head(path: str) -> bytes:
    """The beginning of a file, as far as its header goes."""
    file = os.open(path, os.O_RDONLY)
    try:
        head = os.read(file, HEAD_BYTES)
        while len(head) % HEAD_BYTES == 0 and head and b"\n\n" not in head and b"\r\n\r\n" not in head:
            if not (more := os.read(file, HEAD_BYTES)):
                break
            head += more
        return head
    finally:
        os.close(file)


def run_ours(maildir: Path, *, with_cases: bool) -> dict[str, Any]:
    """Threads a Maildir; runs in a child of its own."""
    names = sorted(entry.name for entry in os.scandir(maildir / "cur"))
    if with_cases:
        from omnilink.conversation.mail_cases import MailCases
        from omnilink.conversation.mail_reading import read_mail

        cases = MailCases()
        for name in names:
            cases.add(read_mail((maildir / "cur" / name).read_bytes(), name))
        return {"handled": len(names), "threads": len({cases.case(n) for n in range(len(names))})}
    conversations = MailConversations()
    for name in names:
        conversations.add(read_ids(read_head(f"{maildir}/cur/{name}"), name))
    return {"handled": len(names), "threads": len({conversations.root(n) for n in range(len(names))})}


def run_child(command: list[str]) -> dict[str, Any] | None:
    """A child's last line as JSON, with the CPU of its whole life unless it tells its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own arguments
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0 or not done.stdout.strip():
        return None
    row: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    row.setdefault("cpu_s", after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return row


def compare(options: argparse.Namespace) -> None:
    """One interleaved run: in every round every program once; ratios are of the same round."""
    with tempfile.TemporaryDirectory() as work:
        maildir = options.maildir or Path(work) / "box"
        if options.maildir is None:
            make_maildir(maildir, options.n)
        count = len(list((maildir / "cur").iterdir()))
        ours = [sys.executable, __file__, "child", "--maildir", str(maildir)]
        commands = {"omnilink": ours, "omnilink with cases": [*ours, "--cases"]}
        for peer in PEERS if options.peers else ():
            driver = options.peers / f"peer_{peer}.py"
            commands[peer] = [sys.executable, str(driver), "--n", str(count), "--maildir", str(maildir), "--json"]
        rounds: dict[str, list[float]] = {name: [] for name in commands}
        rows: dict[str, dict[str, Any]] = {}
        for _ in range(options.rounds):
            for name, command in commands.items():
                row = run_child(command)
                rounds[name].append(row["cpu_s"] if row else float("nan"))
                rows[name] = row or {}
        print(f"{count} mails, {options.rounds} rounds")
        print("| program | version | threads | CPU s | µs a mail | its time / ours |\n|---|---|---|---|---|---|")
        for name, seconds in rounds.items():
            if not rows[name]:
                print(f"| {name} | not run | | | | |")
                continue
            ratios = [theirs / mine for theirs, mine in zip(seconds, rounds["omnilink"], strict=True)]
            middle = statistics.median(seconds)
            print(
                f"| {name} | {rows[name].get('version', '')} | {rows[name].get('threads', '')} | {middle:.2f} "
                f"| {1e6 * middle / count:.0f} | {statistics.median(ratios):.2f} "
                f"({min(ratios):.2f}-{max(ratios):.2f}) |"
            )


def generated(start: int, count: int) -> Iterator[Mail]:
    """Mails of many citizens; one answer in ten has lost its headers."""
    for n in range(start, start + count):
        root, who = n - n % THREAD_MAILS, f"citizen{n // THREAD_MAILS % 200_000}@example.org"
        is_ours, is_lost = n % 2 == 1, n % 10 == 5
        cites = () if n == root or is_lost else (f"m{root}@x", f"m{n - 1}@x")
        own_words = f"Line one of mail {n} says something\nand line two of mail {n} something else"
        quote = (
            ""
            if n == root
            else f"On Monday at 09:{n % 60:02} somebody wrote:\n> Line one of mail {n - 1} says something"
        )
        yield Mail(
            str(n), (f"m{n}@x",), cites[-1:], cites, f"{'Re: ' if cites or is_lost else ''}Matter {root % 5000}",
            "help@city.example" if is_ours else who, "", (who,) if is_ours else ("help@city.example",),
            1.7e9 + 60.0 * n, f"{own_words}\n{quote}",
        )  # fmt: skip


def one_by_one(options: argparse.Namespace) -> None:
    """What single mails cost, in CPU time of this thread, when so many are known."""
    from omnilink.conversation.mail_cases import MailCases

    threads: Any = MailCases() if options.cases else MailConversations()
    known = 0
    print("| mails known | µs, middle | µs, 99 of 100 are below | µs, mean |\n|---|---|---|---|")
    for size in [int(size) for size in options.sizes.split(",")]:
        for mail in generated(known, max(0, size - known)):
            threads.add(mail)
        known = max(known, size)
        costs = []
        for mail in list(generated(known, options.sample)):
            begun = time.thread_time_ns()
            threads.add(mail)
            costs.append((time.thread_time_ns() - begun) / 1000)
        known += options.sample
        costs.sort()
        mean = statistics.fmean(costs)
        print(
            f"| {size} | {costs[len(costs) // 2]:.1f} | {costs[len(costs) * 99 // 100]:.1f} | {mean:.1f} |", flush=True
        )


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    first = commands.add_parser("compare")
    first.add_argument("--peers", type=Path)
    first.add_argument("--maildir", type=Path)
    first.add_argument("--n", type=int, default=20_000)
    first.add_argument("--rounds", type=int, default=3)
    second = commands.add_parser("one-by-one")
    second.add_argument("--sizes", default="10000,100000,1000000")
    second.add_argument("--sample", type=int, default=10_000)
    second.add_argument("--cases", action="store_true")
    child = commands.add_parser("child")
    child.add_argument("--maildir", type=Path, required=True)
    child.add_argument("--cases", action="store_true")
    options = parser.parse_args(arguments)
    if options.command == "compare":
        compare(options)
    elif options.command == "one-by-one":
        one_by_one(options)
    else:
        print(json.dumps(run_ours(options.maildir, with_cases=options.cases)))


if __name__ == "__main__":
    main()
