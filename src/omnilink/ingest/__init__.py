"""Ingest: envelope, commit, parse, decide, one change. Shells around pure deciders."""
