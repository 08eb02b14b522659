-- Times are milliseconds since 1970-01-01 UTC; 0 is "never".

CREATE TABLE device (
	n          INTEGER PRIMARY KEY,
	id         TEXT    NOT NULL UNIQUE,
	key        TEXT    NOT NULL,           -- its verifier key
	checkpoint TEXT    NOT NULL,
	lane       TEXT    NOT NULL,
	zone       TEXT    NOT NULL,
	enrolled   INTEGER NOT NULL,
	revoked    INTEGER NOT NULL DEFAULT 0,
	seen       INTEGER NOT NULL DEFAULT 0,
	size       INTEGER NOT NULL DEFAULT 0, -- entries taken
	frontier   BLOB    NOT NULL DEFAULT x'', -- Merkle frontier at that size
	receipt    TEXT    NOT NULL DEFAULT ''   -- the receipt for it
) STRICT;

-- One row an entry, for ever: (device, seq) is the idempotency key.
CREATE TABLE entry (
	device     INTEGER NOT NULL REFERENCES device (n),
	seq        INTEGER NOT NULL,
	received   INTEGER NOT NULL,
	body       BLOB    NOT NULL,           -- the leaf, byte for byte
	quarantine TEXT    NOT NULL DEFAULT '',-- why the columns below are empty
	wall       INTEGER NOT NULL DEFAULT 0,
	checkpoint TEXT    NOT NULL DEFAULT '',
	lane       TEXT    NOT NULL DEFAULT '',
	direction  TEXT    NOT NULL DEFAULT '',
	outcome    TEXT    NOT NULL DEFAULT '',
	reason     TEXT    NOT NULL DEFAULT '',
	scheme     TEXT    NOT NULL DEFAULT '',
	list       TEXT    NOT NULL DEFAULT '',
	version    INTEGER NOT NULL DEFAULT 0,
	watch      INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_quarantine ON entry (device) WHERE quarantine <> '';

-- Heads that were cosigned. A device whose answer was lost and whose batches
-- were cut differently since is given the receipt it missed.
CREATE TABLE mark (
	device    INTEGER NOT NULL REFERENCES device (n),
	size      INTEGER NOT NULL,
	frontier  BLOB    NOT NULL,
	receipt   TEXT    NOT NULL,
	milestone INTEGER NOT NULL,            -- kept when older marks are thinned out
	PRIMARY KEY (device, size)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation (
	token    BLOB    PRIMARY KEY,          -- SHA-256 of the token
	expires  INTEGER NOT NULL,
	sealed   BLOB    NOT NULL,             -- the grant, sealed under the token
	device   TEXT    NOT NULL DEFAULT '',  -- who used it
	used     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Bundles that were refused but must not be lost.
CREATE TABLE evidence (
	n       INTEGER PRIMARY KEY,
	device  INTEGER NOT NULL REFERENCES device (n),
	at      INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	digest  BLOB    NOT NULL,              -- SHA-256 of the bundle's content
	bundle  BLOB    NOT NULL,
	UNIQUE (device, digest)
) STRICT;
