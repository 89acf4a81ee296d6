"""Policy: what may be done, decided from values: consent, service windows, opt-out words. Pure."""
