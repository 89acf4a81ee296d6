-- Cases: matters across conversations. What is known of one hangs on (case, conversation), so that taking a
-- conversation out of a case takes everything with it.

CREATE TABLE case_ (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'joined')),
    channel TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    joined_into INTEGER REFERENCES case_ (id),
    begun_by_us INTEGER NOT NULL DEFAULT 0,
    subject TEXT,
    service TEXT
);
CREATE UNIQUE INDEX case_uid ON case_ (tenant, uid);
CREATE INDEX case_activity ON case_ (tenant, last_at DESC, uid DESC);
CREATE INDEX case_state ON case_ (tenant, state, last_at DESC, uid DESC);

-- interaction: NULL where it is about its whole conversation. cause: the interaction that was looked at.
CREATE TABLE assignment (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    interaction INTEGER REFERENCES interaction (id),
    cause INTEGER NOT NULL REFERENCES interaction (id),
    case_ INTEGER NOT NULL REFERENCES case_ (id),
    decision TEXT NOT NULL,
    revoked_at INTEGER,
    revoked_by TEXT,
    revoked_reason TEXT,
    doc TEXT NOT NULL
);
CREATE UNIQUE INDEX assignment_uid ON assignment (tenant, uid);
CREATE UNIQUE INDEX assignment_conversation ON assignment (conversation)
WHERE interaction IS NULL AND revoked_at IS NULL;
CREATE UNIQUE INDEX assignment_interaction ON assignment (interaction)
WHERE interaction IS NOT NULL AND revoked_at IS NULL;
CREATE INDEX assignment_of ON assignment (conversation, case_);
CREATE INDEX assignment_case ON assignment (case_);
CREATE INDEX assignment_about ON assignment (interaction) WHERE interaction IS NOT NULL;

-- What an assignment was decided from: ids of links, and `attribution:<interaction>`.
CREATE TABLE assignment_dependency (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    key TEXT NOT NULL,
    assignment INTEGER NOT NULL REFERENCES assignment (id),
    PRIMARY KEY (tenant, key, assignment)
) WITHOUT ROWID;

-- topic: words, a space between two; refs: numbers of cases, a line each.
CREATE TABLE case_thread (
    case_ INTEGER NOT NULL REFERENCES case_ (id),
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    channel TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    topic TEXT NOT NULL DEFAULT '',
    refs TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (case_, conversation)
) WITHOUT ROWID;
CREATE INDEX case_thread_recent ON case_thread (case_, last_at DESC, conversation DESC);
CREATE INDEX case_thread_of ON case_thread (conversation);

CREATE TABLE case_persona (
    persona INTEGER NOT NULL REFERENCES persona (id),
    case_ INTEGER NOT NULL REFERENCES case_ (id),
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    last_at INTEGER NOT NULL,
    PRIMARY KEY (persona, case_, conversation)
) WITHOUT ROWID;
CREATE INDEX case_persona_recent ON case_persona (persona, last_at DESC, case_ DESC);
CREATE INDEX case_persona_of ON case_persona (case_, conversation);

CREATE TABLE case_reference (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    reference TEXT NOT NULL,
    case_ INTEGER NOT NULL REFERENCES case_ (id),
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    PRIMARY KEY (tenant, reference, case_, conversation)
) WITHOUT ROWID;
CREATE INDEX case_reference_of ON case_reference (case_, conversation);

CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    kind TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    case_ INTEGER NOT NULL REFERENCES case_ (id),
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    doc TEXT NOT NULL
);
CREATE UNIQUE INDEX suggestion_uid ON suggestion (tenant, uid);
CREATE UNIQUE INDEX suggestion_once ON suggestion (interaction, case_, kind);
CREATE INDEX suggestion_waiting ON suggestion (tenant, id) WHERE state = 'pending';
CREATE INDEX suggestion_case ON suggestion (case_);
CREATE INDEX suggestion_of ON suggestion (conversation);

-- A person's word: this conversation does not belong to that case.
CREATE TABLE case_refusal (
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    case_ INTEGER NOT NULL REFERENCES case_ (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    PRIMARY KEY (conversation, case_)
) WITHOUT ROWID;

CREATE TABLE case_decision (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    undone_at INTEGER,
    undone_by TEXT,
    doc TEXT NOT NULL
);
CREATE UNIQUE INDEX case_decision_uid ON case_decision (tenant, uid);

-- Conversations begun by a mail of ours to many people.
CREATE TABLE case_mass (
    conversation INTEGER PRIMARY KEY REFERENCES conversation (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id)
);

-- Interactions up to `upto` are decided about; `recheck`: those to be decided about again.
CREATE TABLE case_progress (
    tenant INTEGER PRIMARY KEY REFERENCES tenant (id),
    upto INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE case_recheck (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    PRIMARY KEY (tenant, interaction)
) WITHOUT ROWID;
