-- How many entries came out which way, so that nobody need count them all.
-- By device, for a bundle touches one device: two never wait for one another.
CREATE TABLE tally (
	device     INTEGER NOT NULL REFERENCES device (n),
	checkpoint TEXT    NOT NULL,
	direction  TEXT    NOT NULL,
	outcome    TEXT    NOT NULL,
	reason     TEXT    NOT NULL,
	entries    INTEGER NOT NULL,
	PRIMARY KEY (device, checkpoint, direction, outcome, reason)
) STRICT, WITHOUT ROWID;

INSERT INTO tally (device, checkpoint, direction, outcome, reason, entries)
	SELECT device, checkpoint, direction, outcome, reason, count(*) FROM entry WHERE quarantine = '' AND outcome IN ('refuse', 'refer', 'admit')
	GROUP BY device, checkpoint, direction, outcome, reason;

-- Devices that offer only what comes after entries this hub has not: the hub
-- was restored from a backup, and they have purged what it had received since.
CREATE TABLE missing (
	device INTEGER PRIMARY KEY REFERENCES device (n),
	upto   INTEGER NOT NULL,       -- the first entry that it offers
	since  INTEGER NOT NULL,
	seen   INTEGER NOT NULL
) STRICT;
