-- What participants showed, for finding who could be the same person; and what people decided about that.

-- sign: what everything of one resolver's persona has in common. interaction, ordinal: whose participant showed it.
CREATE TABLE observation (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    interaction INTEGER REFERENCES interaction (id),
    ordinal INTEGER,
    sign TEXT NOT NULL,
    at INTEGER NOT NULL,
    seed TEXT NOT NULL,
    rank TEXT NOT NULL,
    doc TEXT NOT NULL,
    seq INTEGER NOT NULL
);
CREATE UNIQUE INDEX observation_uid ON observation (tenant, uid);
CREATE INDEX observation_sign ON observation (tenant, sign, seq);
CREATE INDEX observation_change ON observation (tenant, seq);

-- A sign once under each key, however often it was seen: so a key's fan-out is known without reading what is under it.
CREATE TABLE observation_key (
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    key TEXT NOT NULL,
    sign TEXT NOT NULL,
    PRIMARY KEY (tenant, key, sign)
) WITHOUT ROWID;

CREATE TABLE human_decision (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    number INTEGER NOT NULL,
    doc TEXT NOT NULL,
    seq INTEGER NOT NULL
);
CREATE UNIQUE INDEX human_decision_uid ON human_decision (tenant, uid);
CREATE UNIQUE INDEX human_decision_number ON human_decision (tenant, number);
CREATE INDEX human_decision_change ON human_decision (tenant, seq);
