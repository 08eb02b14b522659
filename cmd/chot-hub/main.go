// Command chot-hub is the other end of every device's link: it enrols
// devices, receives their scans, gives receipts, and serves the authority's
// lists. It keeps everything in one folder, with SQLite.
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
	{Name: "import", Run: importBundles, Summary: "take bundles from a stick and write their receipts",
		Example: "chot-hub import --data hub /media/stick"},
	{Name: "alarms", Run: alarms, Summary: "list the hits of watch lists, the newest at the end",
		Example: "chot-hub alarms --data hub --since 24h"},
	{Name: "revoke", Run: revoke, Summary: "refuse a device's bundles from now on; what it sent stands",
		Example: "chot-hub revoke --data hub DEVICE"},
}

func main() {
	os.Exit(command.Main("chot-hub", "receives scans, gives receipts, serves lists", commands, os.Args[1:]))
}
