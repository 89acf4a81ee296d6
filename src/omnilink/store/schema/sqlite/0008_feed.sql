-- What is kept for who comes and fetches it. The order of `id` is the order of all entries, over all processes.
CREATE TABLE feed_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL REFERENCES tenant (id),
    account INTEGER NOT NULL REFERENCES account (id),
    feed TEXT NOT NULL,
    n INTEGER NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX feed_entry_n ON feed_entry (account, feed, n);
-- For ever: the same key is the same entry.
CREATE UNIQUE INDEX feed_entry_key ON feed_entry (account, feed, key);
