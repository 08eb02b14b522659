// Command chot-hub is the other end of every device's link: it enrols
// devices, receives their scans, gives receipts, and serves the authority's
// lists. It keeps everything in one folder, with SQLite, or its scans in a
// PostgreSQL database (--db) and its keys in the folder.
//
//	chot-hub COMMAND [flags]
//
// Exit codes: 0 done, 1 it could not be done (the sentence on standard error
// says why and what to do), 2 the command line is wrong.
package main

import (
	"os"

	"chot/cmd/internal/command"
)

var commands = []command.Command{
	{Name: "serve", Run: serve, Summary: "receive scans and serve lists until told to stop",
		Example: "chot-hub serve --data hub --repository authority/repository --listen :8443"},
	{Name: "enrol", Run: enrol, Summary: "make an enrolment that lets one device in",
		Example: "chot-hub enrol --data hub --url https://192.0.2.1:8443 --checkpoint \"Cầu Mẫu\" --trace trace.key.pub --repository authority/repository --list demo/people=people.key --out enrolment.json"},
	{Name: "status", Run: status, Summary: "say what has been received, by device and outcome",
		Example: "chot-hub status --data hub"},
	{Name: "report", Run: report, Summary: "count what went through and what did not, and name devices to look after",
		Example: "chot-hub report --data hub --from 2026-03-01 --to 2026-03-31 --by checkpoint --silent 24"},
	{Name: "audit", Run: audit, Summary: "hash a device's whole log again and hold it against its last receipt",
		Example: "chot-hub audit --data hub DEVICE"},
	{Name: "quarantine", Run: quarantine, Summary: "list entries this version cannot read, or try them again after an upgrade",
		Example: "chot-hub quarantine replay --data hub"},
	{Name: "evidence", Run: evidence, Summary: "list bundles that were refused and kept, or write them to files",
		Example: "chot-hub evidence --data hub --out case-17 DEVICE"},
	{Name: "backup", Run: backup, Summary: "copy the hub's keys, and its SQLite database, into a new folder while it serves",
		Example: "chot-hub backup --data hub --out /media/stick/hub-2026-03-01"},
	{Name: "import", Run: importBundles, Summary: "take bundles from a stick and write their receipts",
		Example: "chot-hub import --data hub /media/stick"},
	{Name: "alarms", Run: alarms, Summary: "list the hits of watch lists, the newest at the end",
		Example: "chot-hub alarms --data hub --since 24h"},
	{Name: "revoke", Run: revoke, Summary: "refuse a device's bundles from now on, and have it destroy its keys; what it sent stands",
		Example: "chot-hub revoke --data hub DEVICE"},
}

func main() {
	os.Exit(command.Main("chot-hub", "receives scans, gives receipts, serves lists", commands, os.Args[1:]))
}
