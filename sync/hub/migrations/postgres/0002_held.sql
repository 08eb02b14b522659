-- Which version of each list a device last decided by: a report need not read
-- every entry to say whose list is out of date.
CREATE TABLE held (
	device  BIGINT NOT NULL REFERENCES device (n),
	list    TEXT   COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	at      BIGINT NOT NULL,               -- when the hub heard of it
	PRIMARY KEY (device, list)
);

INSERT INTO held (device, list, version, at)
	SELECT device, list, max(version), max(received) FROM entry WHERE list <> '' GROUP BY device, list;
