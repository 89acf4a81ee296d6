"""Citizen view: one person's history, contacts and links, for reading and for people's decisions."""
