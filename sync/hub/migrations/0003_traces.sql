-- Who opened sealed entries of this hub, and when: a row before each use.
-- What was asked is sealed to the trace key that was used, so that the audit
-- names no person to whoever runs the hub.
CREATE TABLE trace (
	n     INTEGER PRIMARY KEY,     -- from 1, without gaps
	at    INTEGER NOT NULL,
	who   TEXT    NOT NULL,        -- the account and machine that did
	key   TEXT    NOT NULL,        -- the trace key's id
	kind  TEXT    NOT NULL,        -- subject or with
	asked BLOB    NOT NULL,        -- sealed
	chain BLOB    NOT NULL         -- SHA-256 over the chain before and this row
) STRICT;
