-- Who opened sealed entries of this hub, and when: a row before each use.
-- What was asked is sealed to the trace key that was used, so that the audit
-- names no person to whoever runs the hub.
CREATE TABLE trace (
	n     BIGINT PRIMARY KEY,      -- from 1, without gaps
	at    BIGINT NOT NULL,
	who   TEXT   NOT NULL,         -- the account and machine that did
	key   TEXT   NOT NULL,         -- the trace key's id
	kind  TEXT   NOT NULL,         -- subject or with
	asked BYTEA  NOT NULL,         -- sealed
	chain BYTEA  NOT NULL          -- SHA-256 over the chain before and this row
);
