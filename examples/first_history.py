"""A mailbox becomes histories: reads inbox.mbox beside this script and prints what it knows of one citizen.

Start it with a mail address to see another one: `python examples/first_history.py wei@example.com`.
"""

import sys
import tempfile
from pathlib import Path

from omnilink.blocking import Hub
from omnilink.plugin.settings import parse_settings

CONFIGURATION = """
tenant = "town"

[accounts.inbox]
connector = "email"
own_handles = ["mailto:lights@town.example", "mailto:registry@town.example"]
authserv_id = "mx.town.example"
"""


def main(who: str) -> None:
    settings = parse_settings(CONFIGURATION)
    with tempfile.TemporaryDirectory() as folder, Hub.open(Path(folder) / "citizens.db", settings) as hub:
        mailbox = Path(__file__).with_name("inbox.mbox")
        print("import:", hub.import_path(mailbox, connector="email", account="inbox"))

        print(f"\nThe history of {who}, newest first:")
        for item in hub.timeline(who).items:
            print(f"  {item.occurred_at:%d %b %H:%M}  {item.direction:8}  {item.current_subject}")
            print(f"      because: {item.why.text}")

        print("\nEverybody seen:")
        for row in hub.contacts():
            contact = hub.contact(row.id)
            handles = ", ".join(handle.value for handle in contact.handles)
            print(f"  {contact.name or '(no name)'}: {handles}, {row.interactions} interaction(s)")

        ledger = hub.ledger()
        print("\nNothing was lost:", "both ledgers balance" if ledger.balanced else "a ledger does not balance!")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "ana@example.org")
