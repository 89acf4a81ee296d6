"""Interactions as a stream → the contact each is in after the last one, by the online resolver with its defaults."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from omnilink.identity.normalise import is_withheld, normalise
from omnilink.identity.online.observation import Observation, observe
from omnilink.identity.online.resolver import OnlineResolver
from omnilink.model.handle import Handle
from omnilink.model.participant import Attestation

SCHEMES = {"tg": "telegram", "tw": "x"}
"""Prefixes of `channel_user_id` and the schemes they are."""
VOUCHED = "verified"
FIRST_ROWS = 2_000
"""Rows that tell which country a file is from."""


def predict(path: Path) -> Iterator[tuple[str, str]]:
    """Replays a file of interactions in its order.

    Args:
        path: CSV, gzipped or not; columns as `observation_of` reads them.

    Yields:
        The record's id and its contact after the last record.
    """
    resolver = OnlineResolver()
    for observation in read_observations(path):
        resolver.observe(observation)
    yield from resolver.partition()


def read_observations(path: Path) -> Iterator[Observation]:
    """The observations of a file, in its order."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        region = region_of(path)
        for row in csv.DictReader(file):
            yield observation_of(row, region)


def region_of(path: Path) -> str | None:
    """Where numbers without a country code are from: the country of most numbers that have one."""
    import phonenumbers

    opened = gzip.open if path.suffix == ".gz" else open
    found: Counter[str] = Counter()
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        for row, _ in zip(csv.DictReader(file), range(FIRST_ROWS), strict=False):
            if row["phone"].startswith("+"):
                try:
                    number = phonenumbers.parse(row["phone"])
                except phonenumbers.NumberParseException:
                    continue
                found[phonenumbers.region_code_for_number(number) or ""] += 1
    return found.most_common(1)[0][0] if found else None


def observation_of(row: Mapping[str, str], region: str | None) -> Observation:
    """What one row shows.

    A forwarded mail is its first sender's; an answer wanted elsewhere than at the sender's, with no check passed, is a
    forged sender's.
    """
    handles = []
    if row["phone"]:
        handles.append(Handle.of("tel", row["phone"]))
    if mail := row["fwd_from"] or row["email"]:
        handles.append(Handle.of("mailto", mail))
    if account := row["channel_user_id"]:
        scheme, _, value = account.partition(":")
        handles.append(Handle.of(SCHEMES.get(scheme, scheme), value))
    keys = [
        key
        for handle in handles
        if not is_withheld(handle)
        for key in normalise(handle, default_region=region).match_keys
    ]
    forged = row["email_auth"] == "fail" or (row["reply_to"] and row["email_auth"] != "pass")
    return observe(
        row["record_id"],
        int(datetime.fromisoformat(row["ts"]).replace(tzinfo=UTC).timestamp()),
        keys=keys,
        full_name=row["full_name"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        born=row["dob"],
        street=row["street"],
        postcode=row["postcode"],
        national_id=row["national_id"],
        id_checked=row["auth_level"] == VOUCHED,
        case=row["case_ref"],
        device=row["device_id"],
        attestation=Attestation.FAILED if forged else Attestation.NONE,
        call_attestation=row["caller_attestation"],
        secret=b"benchmark",
    )
