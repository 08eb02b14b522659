-- Runs of entries that neither the hub nor their device has any more, and
-- after which the device's log goes on: named for ever.
CREATE TABLE gap (
	device   INTEGER NOT NULL REFERENCES device (n),
	start    INTEGER NOT NULL,       -- the first entry that is not here
	upto     INTEGER NOT NULL,       -- the first that is
	frontier BLOB    NOT NULL,       -- Merkle frontier at upto, as the device kept it
	before   TEXT    NOT NULL,       -- the receipt for start entries, '' for none
	receipt  TEXT    NOT NULL,       -- the hub's own, from before its restoration
	proven   INTEGER NOT NULL,       -- the log has come out as that receipt's root
	since    INTEGER NOT NULL,
	PRIMARY KEY (device, start)
) STRICT, WITHOUT ROWID;

-- Whether a gap's receipt is still ahead of the device's log.
ALTER TABLE device ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0;

-- The encapsulation of a hit's segment, whose first entry may be under way.
ALTER TABLE alarm ADD COLUMN encapsulation BLOB NOT NULL DEFAULT x'';
