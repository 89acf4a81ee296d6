"""Conversation: native threads, exact. Pure: no IO, no clock, no store; usable without a Hub."""
