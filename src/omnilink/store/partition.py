"""Checks that contacts are what the links say. Pure; both stores use it.

The partition itself is decided elsewhere (`omnilink.identity`): where *different* links forbid some joins, the store
only checks that no contact reaches beyond a component.
"""

from collections.abc import Iterable, Mapping


def partition_problems(
    contacts: Mapping[str, str], same: Iterable[tuple[str, str]], different: Iterable[tuple[str, str]]
) -> list[str]:
    """What is wrong with the contacts of one tenant, by ids.

    Args:
        contacts: persona id → contact id.
        same, different: the ends of the links in force.
    """
    problems = []
    members: dict[str, list[str]] = {}
    for persona, contact in contacts.items():
        members.setdefault(contact, []).append(persona)
    for contact, personas in members.items():
        if contact != min(personas):
            problems.append(f"contact {contact} is not named after its oldest persona")
    top = _components(contacts, same)
    disputed = {top[a] for a, b in different if top[a] == top[b]}
    contacts_of: dict[str, set[str]] = {}
    for persona, contact in contacts.items():
        contacts_of.setdefault(top[persona], set()).add(contact)
    for contact, personas in members.items():
        if len({top[p] for p in personas}) > 1:
            problems.append(f"contact {contact} holds personas that no links join")
    for component, found in contacts_of.items():
        if len(found) > 1 and component not in disputed:
            problems.append(f"the personas linked with {component} are {len(found)} contacts")
    return problems


def _components(personas: Iterable[str], same: Iterable[tuple[str, str]]) -> dict[str, str]:
    parent = {persona: persona for persona in personas}

    def top(persona: str) -> str:
        while parent[persona] != persona:
            parent[persona] = persona = parent[parent[persona]]
        return persona

    for a, b in same:
        low, high = sorted((top(a), top(b)))
        parent[high] = low
    return {persona: top(persona) for persona in parent}
