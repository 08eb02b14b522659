-- How many entries came out which way, so that nobody need count them all.
-- By device, for a bundle touches one device: two never wait for one another.
CREATE TABLE tally (
	device     BIGINT NOT NULL REFERENCES device (n),
	checkpoint TEXT   COLLATE "C" NOT NULL,
	direction  TEXT   COLLATE "C" NOT NULL,
	outcome    TEXT   COLLATE "C" NOT NULL,
	reason     TEXT   COLLATE "C" NOT NULL,
	entries    BIGINT NOT NULL,
	PRIMARY KEY (device, checkpoint, direction, outcome, reason)
) WITH (fillfactor = 50);                     -- every bundle changes rows; let them stay in their page

INSERT INTO tally (device, checkpoint, direction, outcome, reason, entries)
	SELECT device, checkpoint, direction, outcome, reason, count(*) FROM entry WHERE quarantine = '' AND outcome IN ('refuse', 'refer', 'admit')
	GROUP BY device, checkpoint, direction, outcome, reason;

-- Devices that offer only what comes after entries this hub has not: the hub
-- was restored from a backup, and they have purged what it had received since.
CREATE TABLE missing (
	device BIGINT PRIMARY KEY REFERENCES device (n),
	upto   BIGINT NOT NULL,        -- the first entry that it offers
	since  BIGINT NOT NULL,
	seen   BIGINT NOT NULL
);
