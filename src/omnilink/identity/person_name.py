"""Names of the world: read a stated name into its parts, compare two of them.

    >>> ana, maria = parse_name("García López, Ana María"), parse_name(given="Ana", family="Garcia")
    >>> evidence = compare_names(ana, maria)
    >>> evidence.given.name, evidence.family.name
    ('EXACT', 'PARTIAL')

`name_parts` reads, `name_evidence` compares, `name_letters` knows scripts; their tables are `data/name_*.toml` and
`data/nicknames.toml`.
"""

from omnilink.identity.name_evidence import NameEvidence, NameLevel, compare_names
from omnilink.identity.name_parts import PersonName, parse_name

__all__ = ["NameEvidence", "NameLevel", "PersonName", "compare_names", "parse_name"]
