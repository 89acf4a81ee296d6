-- What a request that waited for content was told, by its delivery key; for ever, as that key.
CREATE TABLE reply (
    account INTEGER NOT NULL REFERENCES account (id),
    key TEXT NOT NULL,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (account, key)
) WITHOUT ROWID;
