"""Stores: the Protocols in `base`, one folder a backend. Nothing is imported here: a backend costs only its users."""
