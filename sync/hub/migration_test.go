package hub

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chot/sync/wire/wiretest"
)

// released are the schemas' steps as they were released: a step that is out
// there never changes, a new one is added.
var released = map[string]string{
	"migrations/0001.sql":                 "f6cd883ad557a1b3",
	"migrations/0002_held.sql":            "052adbe68434049b",
	"migrations/0003_traces.sql":          "a624beeeb69f6227",
	"migrations/0004_alarms.sql":          "1295d248c0e64d5e",
	"migrations/postgres/0001.sql":        "636a7f5e2eb89b07",
	"migrations/postgres/0002_held.sql":   "54b04856492852ba",
	"migrations/postgres/0003_traces.sql": "be23adcabf85da92",
	"migrations/postgres/0004_alarms.sql": "6c501ea658da1fd8",
}

func TestReleasedStepsStay(t *testing.T) {
	for name, want := range released {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(text))[:16]; got != want {
			t.Errorf("%s was changed (%s): databases out there have the step as it was; add another", name, got)
		}
	}
}

// fixture are the tables that hold something, with the columns they have had
// since the step that made them.
var fixture = []struct {
	step           int
	table, columns string
}{
	{1, "device", "n, id, key, checkpoint, lane, zone, enrolled, revoked, seen, size, frontier, receipt"},
	{1, "entry", "device, seq, received, body, quarantine, wall, checkpoint, lane, direction, outcome, reason, scheme, list, version, watch"},
	{1, "mark", "device, size, frontier, receipt, milestone"},
	{1, "invitation", "token, expires, sealed, device, used"},
	{1, "evidence", "n, device, at, kind, digest, bundle"},
	{2, "held", "device, list, version, at"},
	{3, "trace", "n, at, who, key, kind, asked, chain"},
	{4, "alarm", "device, seq, received, body, head"},
	{5, "tally", "device, checkpoint, direction, outcome, reason, entries"},
}

// A database of every version that was released comes to this one's schema
// with all it holds, and goes on.
func TestMigrations(t *testing.T) {
	for _, store := range []string{"sqlite", "postgres"} {
		for step := 1; step <= 5; step++ {
			t.Run(fmt.Sprintf("%s/schema=%d", store, step), func(t *testing.T) { testMigration(t, store, step) })
		}
	}
}

func testMigration(t *testing.T, store string, step int) {
	newer, o := t.TempDir(), Options{}
	if store == "postgres" {
		o.DB = NeedSchema(t)
	}
	h, err := Open(newer, o)
	if err != nil {
		t.Fatal(err)
	}
	l := watched(t, h) // entry 40 is a hit
	give(t, h, l, l.Packed(0, 30), 30)
	alarm(t, h, l, l.Alarm(0), 40)
	l.Append([]byte("of a version to come"))
	give(t, h, l, l.Packed(30, 101), 101)
	fork := l.Cut(50)
	fork.Append(wiretest.Entry(9, "another"))
	if _, err := h.Take(context.Background(), fork.Packed(50, 51)); err == nil {
		t.Fatal("a fork is taken")
	}
	traceOnce(t, h, "somebody")
	want := status(t, h)
	older, o := downgraded(t, h, newer, o, step)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}

	h = openHub(t, older, o)
	whole(t, h, l, 101)
	got := status(t, h)
	if got.Entries != 101 || got.Quarantined != 1 || got.Evidence != 1 || fmt.Sprint(got.Counts) != fmt.Sprint(want.Counts) || got.Devices[0].Receipt != want.Devices[0].Receipt {
		t.Errorf("status %+v, want %+v", got, want)
	}
	var held []Holding
	if err := h.store.View(context.Background(), func(tx Tx) (err error) { held, err = tx.Held(); return err }); err != nil || len(held) != 1 || held[0].Version != 12 {
		t.Errorf("held: %+v, %v", held, err)
	}
	if all, err := h.Traces(context.Background()); err != nil || step >= 3 && len(all) != 1 {
		t.Errorf("%d traces, %v", len(all), err)
	}
	if all := hits(t, h); len(all) != 1 || all[0].Seq != 40 {
		t.Errorf("hits: %+v", all)
	}
	l.Add(5)
	give(t, h, l, l.Packed(101, 106), 106)
	give(t, h, l, l.Packed(0, 30), 30)
	whole(t, h, l, 106)
	traceOnce(t, h, "somebody")
	if n := counts(status(t, h)); n != 105 {
		t.Errorf("%d entries are counted, want 105", n)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	whole(t, openHub(t, older, o), l, 106) // a second start changes nothing
}

func counts(s Status) (n uint64) {
	for _, c := range s.Counts {
		n += c.Entries
	}
	return n
}

// downgraded makes a database of an older schema with a hub's rows, as the
// program of that time would have left it, and a folder for it.
func downgraded(t *testing.T, h *Hub, newer string, o Options, step int) (dir string, _ Options) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{hubKeyFile, tlsKeyFile, tlsCertFile, elsewhereFile} {
		text, err := os.ReadFile(filepath.Join(newer, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil && (name != elsewhereFile || o.DB != "") {
			t.Fatal(err)
		}
	}
	files, from, folder := fs.FS(migrations), "", "migrations"
	var db *sql.DB
	var err error
	if o.DB == "" {
		db, err = sql.Open("sqlite", filepath.Join(dir, databaseFile))
		from = "was."
	} else {
		files, folder = postgresMigrations, "migrations/postgres"
		if err := database(h).QueryRow("SELECT current_schema() || '.'").Scan(&from); err != nil {
			t.Fatal(err)
		}
		o.DB = NeedSchema(t)
		db, err = sql.Open("pgx", o.DB)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if o.DB == "" {
		run(t, db, "ATTACH DATABASE '"+filepath.Join(newer, databaseFile)+"' AS was")
	} else {
		run(t, db, "CREATE TABLE chot_schema (step INTEGER PRIMARY KEY, name TEXT NOT NULL, hub TEXT NOT NULL)")
	}
	names, err := fs.Glob(files, folder+"/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names[:step] {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range statements(string(text)) {
			run(t, db, statement)
		}
		if o.DB != "" {
			run(t, db, "INSERT INTO chot_schema (step, name, hub) VALUES ($1, $2, $3)", i+1, filepath.Base(name), h.Key().ID())
		}
	}
	for _, f := range fixture {
		if f.step > step {
			continue
		}
		columns := f.columns
		if o.DB != "" {
			columns = map[string]string{"device": columns + ", tail", "entry": columns + ", month"}[f.table]
			if columns == "" {
				columns = f.columns
			}
			if f.table == "entry" {
				month := monthOf(h.now())
				run(t, db, fmt.Sprintf("CREATE TABLE entry_%d PARTITION OF entry FOR VALUES IN (%d)", month, month))
			}
		}
		run(t, db, "INSERT INTO "+f.table+" ("+columns+") SELECT "+columns+" FROM "+from+f.table)
		if o.DB != "" && strings.HasPrefix(columns, "n, ") && f.table != "trace" {
			run(t, db, "SELECT setval(pg_get_serial_sequence('"+f.table+"', 'n'), (SELECT max(n) FROM "+f.table+"))")
		}
	}
	if o.DB == "" {
		run(t, db, fmt.Sprintf("PRAGMA user_version = %d", step))
	}
	return dir, o
}
