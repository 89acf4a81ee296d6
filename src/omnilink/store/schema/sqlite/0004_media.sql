-- Files that interactions point to: one row a file, with a state of its own. The bytes are in `blob`.

CREATE TABLE media (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    account INTEGER NOT NULL REFERENCES account (id),
    envelope INTEGER NOT NULL REFERENCES envelope (id),
    event_key TEXT NOT NULL,
    position INTEGER NOT NULL,
    ref TEXT NOT NULL,
    address TEXT NOT NULL,
    filename TEXT,
    declared_type TEXT,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'fetched', 'failed', 'refused', 'expired')),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL,
    reason TEXT,
    held TEXT,
    sha256 TEXT,
    size INTEGER,
    mime_type TEXT,
    seq INTEGER NOT NULL
);
CREATE UNIQUE INDEX media_uid ON media (tenant, uid);
-- However often and however it is told, a file of an interaction is one.
CREATE UNIQUE INDEX media_ref ON media (interaction, ref);
CREATE INDEX media_due ON media (tenant, not_before) WHERE state = 'pending';
CREATE INDEX media_state ON media (tenant, state);
