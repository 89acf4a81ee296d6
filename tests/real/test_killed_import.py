"""An import that is killed and run again ends where an undisturbed one does."""

import random
import signal
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

MAILS = 2000
KILLS = 5


@pytest.fixture
def mbox(tmp_path):
    """Mails of 200 people in threads of 8; every 50th is there twice."""
    path = tmp_path / "inbox.mbox"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for i in range(MAILS):
            n = i - 1 if i % 50 == 49 else i
            root = n - n % 8
            references = (
                "" if n == root else f"In-Reply-To: <m{n - 1}@example.org>\nReferences: <m{root}@example.org>\n"
            )
            file.write(
                f"From ana{n % 200}@example.org Mon Mar 11 10:22:33 2024\n"
                f"From: Ana Example <ana{n % 200}@example.org>\nTo: Town <help@town.example>\n"
                f"Subject: Lamp {root}\nDate: Mon, 11 Mar 2024 10:{n // 60:02}:{n % 60:02} +0100\n"
                f"Message-ID: <m{n}@example.org>\n{references}Content-Type: text/plain; charset=utf-8\n\n"
                f"The lamp {n} at the harbour is out.\n\n"
            )
    return path


def omnilink(db, *arguments):
    return [Path(sysconfig.get_path("scripts")) / "omnilink", "--db", str(db), *arguments]


def run(db, *arguments):
    return subprocess.run(omnilink(db, *arguments), check=True, capture_output=True, text=True, timeout=100).stdout


def dies(db, mbox, after_s):
    """Starts an import and kills it; False if it was quicker."""
    command = omnilink(db, "import", str(mbox), "--connector", "email")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(timeout=after_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            return True
    return False


def test_killed_import_run_again_gives_the_same_digest(tmp_path, mbox):
    calm, killed = tmp_path / "calm.db", tmp_path / "killed.db"
    start = time.monotonic()
    run(calm, "import", str(mbox), "--connector", "email")
    longest_s = time.monotonic() - start
    deaths = 0
    while deaths < KILLS:
        if dies(killed, mbox, random.uniform(0.1, 1) * longest_s):
            deaths += 1
        else:  # what is imported whole cannot be interrupted any more: once more, and sooner
            for file in tmp_path.glob("killed.db*"):
                file.unlink()
            deaths, longest_s = 0, longest_s * 0.7
    run(killed, "import", str(mbox), "--connector", "email")
    assert run(killed, "db", "digest") == run(calm, "db", "digest")
    assert "no problem" in run(killed, "db", "check")
    again = run(killed, "db", "digest")
    run(killed, "import", str(mbox), "--connector", "email")
    assert run(killed, "db", "digest") == again
