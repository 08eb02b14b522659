-- Watch-list hits that came ahead of their run. The run brings the same bytes
-- again, into the table entry.
CREATE TABLE alarm (
	device   INTEGER NOT NULL REFERENCES device (n),
	seq      INTEGER NOT NULL,
	received INTEGER NOT NULL,
	body     BLOB    NOT NULL,       -- the leaf, byte for byte
	head     TEXT    NOT NULL,       -- the signed head it was proven under
	PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_watch ON entry (device, seq) WHERE watch = 1;
