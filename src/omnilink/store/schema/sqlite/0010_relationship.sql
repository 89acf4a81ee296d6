-- What two personas are to each other. Rows are only ever added: what is over is closed by a row of its own.
CREATE TABLE relationship (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    uid TEXT NOT NULL,
    kind TEXT NOT NULL,
    a INTEGER NOT NULL REFERENCES persona (id),
    b INTEGER NOT NULL REFERENCES persona (id),
    -- How many of the kind there were between the two before: of two processes one is first.
    n INTEGER NOT NULL,
    doc TEXT NOT NULL
);
CREATE UNIQUE INDEX relationship_uid ON relationship (tenant, uid);
CREATE UNIQUE INDEX relationship_a ON relationship (a, b, kind, n);
CREATE INDEX relationship_b ON relationship (b);

CREATE TABLE relationship_closed (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    relationship INTEGER NOT NULL REFERENCES relationship (id),
    how TEXT NOT NULL,
    doc TEXT NOT NULL
);
CREATE UNIQUE INDEX relationship_closed_how ON relationship_closed (relationship, how);
