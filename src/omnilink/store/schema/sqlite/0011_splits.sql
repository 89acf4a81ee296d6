-- Conversations that people took apart. What is together is worked out from why each message is in its conversation.

-- own, cited: JSON lists of native keys; own is NULL where it is the message's own key only. Messages of a time before
-- this table have no row.
CREATE TABLE thread_cause (
    interaction INTEGER NOT NULL REFERENCES interaction (id),
    n INTEGER NOT NULL,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    own TEXT,
    cited TEXT,
    answers TEXT,
    PRIMARY KEY (interaction, n)
) WITHOUT ROWID;

-- All that would be one conversation if nobody had ever taken anything apart; NULL where nobody has.
ALTER TABLE conversation ADD COLUMN family INTEGER REFERENCES conversation (id);
CREATE INDEX conversation_family ON conversation (family) WHERE family IS NOT NULL;

CREATE TABLE thread_split (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    -- The messages' keys, sorted: of those in force none is there twice.
    messages TEXT NOT NULL,
    is_undone INTEGER NOT NULL DEFAULT 0,
    doc TEXT NOT NULL
);
CREATE UNIQUE INDEX thread_split_uid ON thread_split (tenant, uid);
CREATE UNIQUE INDEX thread_split_once ON thread_split (tenant, messages) WHERE NOT is_undone;
CREATE INDEX thread_split_of ON thread_split (conversation);

CREATE TABLE thread_split_undone (
    split INTEGER PRIMARY KEY REFERENCES thread_split (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    doc TEXT NOT NULL
);

-- What a split said by the way: this conversation does not belong to the case that held the whole.
CREATE TABLE thread_split_refusal (
    split INTEGER NOT NULL REFERENCES thread_split (id),
    conversation INTEGER NOT NULL REFERENCES conversation (id),
    case_ INTEGER NOT NULL REFERENCES case_ (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    PRIMARY KEY (split, conversation, case_)
) WITHOUT ROWID;

-- Where an interaction that is in another conversation now was recorded.
CREATE TABLE thread_moved (
    interaction INTEGER PRIMARY KEY REFERENCES interaction (id),
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    conversation INTEGER NOT NULL REFERENCES conversation (id)
);
