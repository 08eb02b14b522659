// Command chotctl is everything of Chốt without a window: the headless
// scanner, the authority's lists and keys, enrolment, checking a journal, and
// the demonstration site.
//
//	chotctl COMMAND [flags] [arguments]
//
// Exit codes: 0 done, 1 it could not be done (the sentence on standard error
// says why and what to do), 2 the command line is wrong.
package main

import (
	"os"

	"chot/cmd/internal/command"
)

var commands = []command.Command{
	{Name: "scan", Run: scan, Summary: "scan without a window: judge, write down and sync",
		Example: "chotctl scan --site site/device --frames assets/samples --json"},
	{Name: "enrol", Run: enrol, Summary: "join a hub with the enrolment file it made",
		Example: "chotctl enrol --site site/device enrolment.json"},
	{Name: "fetch", Run: fetch, Summary: "fetch the signed list now, from the hub or from a stick",
		Example: "chotctl fetch --site site/device --from /media/stick/repository"},
	{Name: "export", Run: export, Summary: "write what no hub has received to a stick",
		Example: "chotctl export --site site/device --to /media/stick"},
	{Name: "import", Run: importReceipts, Summary: "take the receipts a stick brought back from the hub",
		Example: "chotctl import --site site/device /media/stick"},
	{Name: "authority", Run: authority, Summary: "create an authority, publish lists and trust, renew and rotate its keys",
		Example: "chotctl authority create --dir site/authority --name demo"},
	{Name: "roster", Run: rosterCommand, Summary: "build a signed list's file, look at one, look a number up, make and use deltas",
		Example: "chotctl roster build --csv people.csv --key list.key --out people.roster"},
	{Name: "open", Run: openPayload, Summary: "say what a code is, what of it is proven, and what a checkpoint would do",
		Example: "chotctl open --trust trust.json --at 2026-06-01T08:00:00+07:00 - < payload.txt"},
	{Name: "pass", Run: passCommand, Summary: "make an issuer's key, issue signed passes, revoke them, say which issuers to believe",
		Example: "chotctl pass issue --key pass.key --id 001190123456 --name 'Nguyễn Thị Ví Dụ' --until 2026-12-31 --out pass"},
	{Name: "decode", Run: decode, Summary: "find and decode the QR symbols in pictures, and time it",
		Example: "chotctl decode --list pictures.txt --jsonl --reps 3 --budget 30ms"},
	{Name: "trace-key", Run: traceKey, Summary: "make the key pair that opens sealed entries",
		Example: "chotctl trace-key --out trace.key"},
	{Name: "trace", Run: trace, Summary: "where the trace key is: say where somebody was, or who was there too",
		Example: "chotctl trace --key trace.key --hub hub --with 001190123456 --window 30m --reason \"case 12\""},
	{Name: "journal", Run: journal, Summary: "check a journal or a copy of one, say what is in it, list its plain parts",
		Example: "chotctl journal verify --site site/device\n  chotctl journal export --csv journal.db"},
	{Name: "config", Run: config, Summary: "check a settings file, or make a PIN's hash for one",
		Example: "chotctl config check /etc/chot/chot.toml"},
	{Name: "keys", Run: keys, Summary: "say what guards the device's keys and what that is worth, move them, destroy them on the hub's word",
		Example: "chotctl keys status --site site/device\n  chotctl keys move --site site/device --to tpm2"},
	{Name: "reader", Run: readerCommand, Summary: "print a self-test card and say which letters a reader garbles",
		Example: "chotctl reader test --serial /dev/ttyUSB0,9600"},
	{Name: "demo", Run: demo, Summary: "set up a demonstration site in one folder and scan there",
		Example: "chotctl demo site"},
}

func main() { os.Exit(command.Main("chotctl", "Chốt without a window", commands, os.Args[1:])) }
