-- Which version of each list a device last decided by: a report need not read
-- every entry to say whose list is out of date.
CREATE TABLE held (
	device  INTEGER NOT NULL REFERENCES device (n),
	list    TEXT    NOT NULL,
	version INTEGER NOT NULL,
	at      INTEGER NOT NULL,              -- when the hub heard of it
	PRIMARY KEY (device, list)
) STRICT, WITHOUT ROWID;

INSERT INTO held (device, list, version, at)
	SELECT device, list, max(version), max(received) FROM entry WHERE list <> '' GROUP BY device, list;

-- Reports ask by the devices' clocks.
CREATE INDEX entry_wall ON entry (wall);
