-- What is owed to citizens. Narrow rows for finding what is due; the item's document is apart.

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    account INTEGER NOT NULL REFERENCES account (id),
    uid TEXT NOT NULL,
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    lane TEXT NOT NULL,
    idempotency_key TEXT,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER,
    lease_until INTEGER,
    -- What changes, as JSON: finished steps, reason, error code.
    progress TEXT NOT NULL,
    seq INTEGER NOT NULL
);
CREATE UNIQUE INDEX outbox_uid ON outbox (tenant, uid);
-- For ever: the same key is the same message.
CREATE UNIQUE INDEX outbox_once ON outbox (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- Only what waits, so that finding it costs the same however much has been sent.
-- Only what waits, so that finding it costs the same however much has been sent: what is older in a lane, and what
-- is in a state, in the order it was queued, with its time.
CREATE INDEX outbox_waiting ON outbox (tenant, lane, id) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_state ON outbox (tenant, state, id, not_before) WHERE state <> 'accepted';
CREATE INDEX outbox_interaction ON outbox (interaction);

CREATE TABLE outbox_doc (
    outbox INTEGER PRIMARY KEY REFERENCES outbox (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    doc TEXT NOT NULL
);

-- Bytes of media to be sent, by their sha256.
CREATE TABLE blob (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (tenant, sha256)
);

-- Further names of an interaction: the ids a provider gave to what we sent.
CREATE TABLE message_alias (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    key TEXT NOT NULL,
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
) WITHOUT ROWID;
CREATE INDEX message_alias_of ON message_alias (interaction);

-- An echo of a message we sent, which came before we knew the message's id: the interaction it is the same as.
ALTER TABLE interaction ADD COLUMN same_as INTEGER REFERENCES interaction (id);
CREATE INDEX interaction_echoes ON interaction (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX event_interaction ON event (interaction) WHERE interaction IS NOT NULL;
-- An echo's key is free: another copy of it may come.
DROP INDEX interaction_message;
CREATE UNIQUE INDEX interaction_message ON interaction (tenant, message_key, ifnull(content_key, ''))
WHERE same_as IS NULL;
