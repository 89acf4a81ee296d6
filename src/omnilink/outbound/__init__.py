"""Outbound: from what an official wants to say to what the citizen got. Read, decide, commit; only then send."""
