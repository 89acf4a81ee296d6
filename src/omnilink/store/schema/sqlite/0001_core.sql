-- Integer keys stay inside; `uid` is the public id (UUIDv7). Times are microseconds since 1970, UTC.
-- `seq` is the number of the tenant's change that touched a row last: what conflict detection compares.
-- Every table carries its tenant; bodies and documents are apart from the rows that are searched.

CREATE TABLE tenant (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    seq INTEGER NOT NULL DEFAULT 0
);

-- received and duplicate are counted where they happen: the left-hand side of the envelope ledger.
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    name TEXT NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    duplicate INTEGER NOT NULL DEFAULT 0,
    cursor TEXT,
    UNIQUE (tenant, name)
);

CREATE TABLE refusal (
    account INTEGER NOT NULL REFERENCES account (id),
    reason TEXT NOT NULL,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    count INTEGER NOT NULL,
    PRIMARY KEY (account, reason)
) WITHOUT ROWID;

-- envelopes ---------------------------------------------------------------------------------------------------

CREATE TABLE envelope (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    account INTEGER NOT NULL REFERENCES account (id),
    uid TEXT NOT NULL,
    connector TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    authenticity TEXT NOT NULL,
    delivery_key TEXT,
    size INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'processed', 'quarantined')),
    parser_version TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    parsed INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX envelope_uid ON envelope (tenant, uid);
-- For ever: a delivery seen once is a duplicate whenever it comes again.
CREATE UNIQUE INDEX envelope_delivery ON envelope (account, delivery_key) WHERE delivery_key IS NOT NULL;
CREATE INDEX envelope_waiting ON envelope (tenant, state) WHERE state <> 'processed';
-- Answers both sides of the ledgers without touching the table.
CREATE INDEX envelope_ledger ON envelope (account, state, parsed);

CREATE TABLE envelope_body (
    envelope INTEGER PRIMARY KEY REFERENCES envelope (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    headers TEXT NOT NULL,
    body BLOB NOT NULL
);

-- personas, links ---------------------------------------------------------------------------------------------

-- contact: the persona whose uid is the contact's id. handle_key: NULL where it equals key.
CREATE TABLE persona (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    key TEXT NOT NULL,
    handle_key TEXT,
    name TEXT,
    match_keys TEXT,
    contact INTEGER NOT NULL REFERENCES persona (id),
    seq INTEGER NOT NULL
);
CREATE UNIQUE INDEX persona_uid ON persona (tenant, uid);
CREATE UNIQUE INDEX persona_key ON persona (tenant, key);
CREATE INDEX persona_handle ON persona (tenant, handle_key) WHERE handle_key IS NOT NULL;
CREATE INDEX persona_contact ON persona (contact);

CREATE TABLE persona_doc (
    persona INTEGER PRIMARY KEY REFERENCES persona (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    doc TEXT NOT NULL
);

CREATE TABLE match_key (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    match_key TEXT NOT NULL,
    persona INTEGER NOT NULL REFERENCES persona (id),
    PRIMARY KEY (tenant, match_key, persona)
) WITHOUT ROWID;

CREATE TABLE claim (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    persona INTEGER NOT NULL REFERENCES persona (id),
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    retracted_at INTEGER,
    UNIQUE (persona, field, value, source)
);

CREATE TABLE link (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    a INTEGER NOT NULL REFERENCES persona (id),
    b INTEGER NOT NULL REFERENCES persona (id),
    key_a TEXT NOT NULL,
    key_b TEXT NOT NULL,
    verdict TEXT NOT NULL,
    method TEXT NOT NULL,
    basis TEXT NOT NULL,
    revoked_at INTEGER,
    revoked_by TEXT,
    revoked_reason TEXT,
    seq INTEGER NOT NULL,
    doc TEXT NOT NULL
);
CREATE UNIQUE INDEX link_uid ON link (tenant, uid);
CREATE UNIQUE INDEX link_basis ON link (tenant, key_a, key_b, verdict, method, basis);
CREATE INDEX link_a ON link (a);
CREATE INDEX link_b ON link (b);

CREATE TABLE consent (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    persona INTEGER NOT NULL REFERENCES persona (id),
    purpose TEXT NOT NULL,
    sender TEXT NOT NULL,
    state TEXT NOT NULL,
    evidence TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX consent_persona ON consent (persona);

-- conversations -----------------------------------------------------------------------------------------------

-- root: the conversation that holds this one now; itself, until it is merged. Counts and times are the root's.
CREATE TABLE conversation (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id),
    root INTEGER NOT NULL REFERENCES conversation (id),
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT,
    interactions INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER,
    last_at INTEGER,
    seq INTEGER NOT NULL
);
CREATE UNIQUE INDEX conversation_uid ON conversation (tenant, uid);
CREATE INDEX conversation_root ON conversation (root);
CREATE INDEX conversation_activity ON conversation (tenant, last_at DESC, uid DESC) WHERE root = id;

CREATE TABLE conversation_key (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    key TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
) WITHOUT ROWID;
CREATE INDEX conversation_key_of ON conversation_key (conversation);

-- interactions ------------------------------------------------------------------------------------------------

CREATE TABLE interaction (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL,
    direction TEXT NOT NULL,
    message_key TEXT NOT NULL,
    content_key TEXT,
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    occurred_at INTEGER NOT NULL,
    seq INTEGER NOT NULL
);
CREATE UNIQUE INDEX interaction_uid ON interaction (tenant, uid);
CREATE UNIQUE INDEX interaction_message ON interaction (tenant, message_key, ifnull(content_key, ''));
CREATE INDEX interaction_conversation ON interaction (conversation, occurred_at);

-- Everything that never changes, as JSON; arrivals are added later and have their own table.
CREATE TABLE interaction_doc (
    interaction INTEGER PRIMARY KEY REFERENCES interaction (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    doc TEXT NOT NULL
);

CREATE TABLE arrival (
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    n INTEGER NOT NULL,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    account INTEGER NOT NULL REFERENCES account (id),
    envelope INTEGER REFERENCES envelope (id),
    event_key TEXT NOT NULL,
    PRIMARY KEY (interaction, n)
) WITHOUT ROWID;

CREATE TABLE revision (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    account INTEGER NOT NULL REFERENCES account (id),
    at INTEGER NOT NULL,
    event_key TEXT NOT NULL,
    doc TEXT NOT NULL
);
CREATE INDEX revision_of ON revision (interaction, at, event_key);

-- occurred_at repeats the interaction's so that one index is a persona's history in order.
CREATE TABLE attribution (
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    ordinal INTEGER NOT NULL,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    persona INTEGER NOT NULL REFERENCES persona (id),
    occurred_at INTEGER NOT NULL,
    role TEXT NOT NULL,
    method TEXT NOT NULL,
    score REAL,
    evidence TEXT,
    asserted_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (interaction, ordinal)
) WITHOUT ROWID;
CREATE INDEX attribution_timeline ON attribution (persona, occurred_at DESC, interaction DESC);

-- Attributions whose place a later one has taken.
CREATE TABLE attribution_superseded (
    id INTEGER PRIMARY KEY,
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    ordinal INTEGER NOT NULL,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    persona INTEGER NOT NULL REFERENCES persona (id),
    role TEXT NOT NULL,
    method TEXT NOT NULL,
    score REAL,
    evidence TEXT,
    asserted_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    seq INTEGER NOT NULL
);
CREATE INDEX attribution_superseded_of ON attribution_superseded (interaction, ordinal);

-- events ------------------------------------------------------------------------------------------------------

-- How each parsed event was settled: the right-hand side of the event ledger. body: the JSON of a parked one.
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    envelope INTEGER NOT NULL REFERENCES envelope (id),
    ordinal INTEGER NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id),
    event_key TEXT NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    interaction INTEGER REFERENCES interaction (id),
    target_key TEXT,
    seq INTEGER NOT NULL,
    body TEXT
);
CREATE UNIQUE INDEX event_place ON event (envelope, ordinal);
-- For ever, without any expiry: an event known once is never recorded again.
CREATE UNIQUE INDEX event_known ON event (account, event_key) WHERE state IN ('recorded', 'parked', 'ignored');
CREATE INDEX event_ledger ON event (account, state);
CREATE INDEX event_target ON event (tenant, target_key) WHERE target_key IS NOT NULL;
