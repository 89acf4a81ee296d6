"""Identity: which handles are one person. Pure: no IO, no clock, no store; usable without a Hub."""
