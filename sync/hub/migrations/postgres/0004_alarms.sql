-- Watch-list hits that came ahead of their run. The run brings the same bytes
-- again, into the table entry.
CREATE TABLE alarm (
	device   BIGINT NOT NULL REFERENCES device (n),
	seq      BIGINT NOT NULL,
	received BIGINT NOT NULL,
	body     BYTEA  NOT NULL,       -- the leaf, byte for byte
	head     TEXT   NOT NULL,       -- the signed head it was proven under
	PRIMARY KEY (device, seq)
);

CREATE INDEX entry_watch ON entry (device, seq) WHERE watch = 1;
