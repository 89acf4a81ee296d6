-- What accounts were billed for, by calendar month (UTC): counters, no single calls.
CREATE TABLE usage (
    account INTEGER NOT NULL REFERENCES account (id),
    month TEXT NOT NULL,
    what TEXT NOT NULL,
    count INTEGER NOT NULL,
    micros INTEGER NOT NULL,
    PRIMARY KEY (account, month, what)
) WITHOUT ROWID;
