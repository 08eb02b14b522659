package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chot/scanner"
	"chot/sync/hub"
	"chot/sync/hub/hubtest"
	"chot/sync/wire"
	"chot/sync/wire/wiretest"
)

// asProgram makes the test's own executable run as chot-hub.
const asProgram = "CHOT_HUB_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

func chotHub(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "TZ=Asia/Ho_Chi_Minh")
	return cmd
}

func run(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	cmd := chotHub(args...)
	var out, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &wrong
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || cmd.ProcessState.ExitCode() != code {
		t.Fatalf("%s: %v, want exit code %d\n%s%s", strings.Join(args, " "), err, code, out.Bytes(), wrong.Bytes())
	}
	if strings.Contains(wrong.String(), "goroutine ") {
		t.Fatalf("%s panicked:\n%s", strings.Join(args, " "), wrong.Bytes())
	}
	return out.String(), wrong.String()
}

// A site is a hub's folder with a device that sent 40 entries, one of them
// unreadable, and signed a contradiction.
type site struct {
	flags  []string
	device string
	log    *wiretest.Log
}

// enrolled returns a device the hub knows.
func enrolled(t *testing.T, h *hub.Hub) *wiretest.Log {
	t.Helper()
	l := wiretest.NewLog()
	l.Hub = h.Key()
	e, err := h.NewEnrolment(context.Background(), hub.Site{URL: "https://hub.example.test", Checkpoint: "gate-2", Zone: "ward-3", Root: []byte("{}"), Trace: "trace"})
	if err != nil {
		t.Fatal(err)
	}
	body, err := wire.SignEnrol(l.Key, e)
	if err == nil {
		_, err = h.Enrol(context.Background(), body)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func newSite(t *testing.T, db string) site {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "hub")
	h, err := hub.Open(dir, hub.Options{DB: db})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	l := enrolled(t, h)
	l.Add(39)
	l.Append([]byte("of a version to come"))
	fork := l.Cut(38)
	fork.Append(wiretest.Entry(38, "altered"))
	if _, err := h.Take(context.Background(), l.Packed(0, 40)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Take(context.Background(), fork.Packed(30, 39)); err == nil {
		t.Fatal("a fork is taken")
	}
	s := site{[]string{"--data", dir}, l.Key.ID(), l}
	if db != "" {
		s.flags = append(s.flags, "--db", db)
	}
	return s
}

func (s site) run(t *testing.T, code int, verb string, args ...string) (stdout, stderr string) {
	t.Helper()
	return run(t, code, append(append(strings.Fields(verb), s.flags...), args...)...)
}

func TestCommands(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { testCommands(t, newSite(t, "")) })
	t.Run("PostgreSQL", func(t *testing.T) {
		server, err := hubtest.Start()
		hubtest.Need(t, err)
		defer server.Close()
		testCommands(t, newSite(t, server.Schema(t)))
	})
}

func testCommands(t *testing.T, s site) {
	// wiretest's entries are of 2026-02-02 and the day after, by the device's clock.
	period := []string{"--from", "2026-02-01", "--to", "2026-02-28"}
	out, _ := s.run(t, 0, "report", append(period, "--json")...)
	var r hub.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 1 || r.Rows[0].Key != "gate-2" || r.Total.Scans != 39 || r.Total.In != 20 || r.Total.Out != 19 || r.Total.Refused != 13 || r.Quarantined != 1 || len(r.Silent) != 0 || len(r.Outdated) != 0 {
		t.Errorf("report: %s", out)
	}
	for by, want := range map[string]string{"zone": "ward-3", "ward": "ward-3", "day": "2026-02-02", "outcome": "refuse"} {
		out, _ := s.run(t, 0, "report", append(period, "--csv", "--by", by)...)
		all, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(all) < 2 || all[0][1] != "scans" || !strings.Contains(out, "\n"+want+",") {
			t.Errorf("by %s: %v\n%s", by, err, out)
		}
	}
	out, _ = s.run(t, 0, "report", append(period, "--csv", "--table", "refusals")...)
	if !strings.HasPrefix(out, "reason,scans\n") || strings.Count(out, "\n") < 3 {
		t.Errorf("refusals: %s", out)
	}
	out, _ = s.run(t, 0, "report", append(period, "--silent", "0.000001")...)
	for _, want := range []string{"gate-2", "refused, by reason", "not heard of", s.device, "cannot read"} {
		if !strings.Contains(out, want) {
			t.Errorf("the report does not say %q:\n%s", want, out)
		}
	}
	out, _ = s.run(t, 0, "report", "--from", "2026-02-03T00:00:00+07:00", "--to", "2026-02-03T00:00:01+07:00", "--json")
	if !strings.Contains(out, `"rows":[]`) {
		t.Errorf("an empty report: %s", out)
	}
	for _, wrong := range [][]string{{"--by", "name"}, {"--from", "yesterday"}, {"--from", "2026-02-02", "--to", "2026-02-01"}, {"--csv", "--json"}, {"--csv", "--table", "x"}, {"--silent", "-1"}, {"--level", "-1"}, {"more"}} {
		s.run(t, 2, "report", wrong...)
	}

	out, _ = s.run(t, 0, "quarantine list", "--json")
	if !strings.Contains(out, `"index":39`) || strings.Contains(out, "version to come") {
		t.Errorf("quarantine: %s", out)
	}
	out, _ = s.run(t, 0, "quarantine replay")
	if !strings.HasPrefix(out, "0 of 1 entries") {
		t.Errorf("replay: %s", out)
	}
	run(t, 2, "quarantine", "burn")
	run(t, 0, "quarantine", "--help")

	// By hand, as by the link.
	stick := filepath.Join(t.TempDir(), s.log.Bundle(0, 40).FileName())
	if err := os.WriteFile(stick, s.log.Packed(0, 40), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, _ := s.run(t, 0, "import", stick); !strings.Contains(out, "scans 0 to 39; receipt ") {
		t.Errorf("import: %s", out)
	}
	if out, _ := s.run(t, 0, "alarms"); !strings.Contains(out, "no watch-list hit") {
		t.Errorf("alarms: %s", out)
	}

	folder := filepath.Join(t.TempDir(), "case")
	out, _ = s.run(t, 0, "evidence", "--json", "--out", folder, s.device)
	var k kept
	if err := json.Unmarshal([]byte(out), &k); err != nil || k.Kind != wire.Inconsistent || k.From != 30 || k.To != 39 {
		t.Fatalf("evidence: %v\n%s", err, out)
	}
	packed, err := os.ReadFile(k.File)
	if err != nil {
		t.Fatal(err)
	}
	b, err := wire.ParseBundle(packed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.OpenHead(b.Head, s.log.Key.Verifier()); err != nil {
		t.Errorf("the evidence is not the device's own: %v", err)
	}
	if out, _ := s.run(t, 0, "evidence", "nobody"); out != "" {
		t.Errorf("evidence of nobody: %s", out)
	}

	out, _ = s.run(t, 0, "audit", s.device)
	if !strings.Contains(out, "whole, 40 entries") {
		t.Errorf("audit: %s", out)
	}
	s.run(t, 2, "audit")
	s.run(t, 1, "audit", "nobody")
	s.alter(t)
	_, wrong := s.run(t, 1, "audit", "--all")
	if !strings.Contains(wrong, s.device) || !strings.Contains(wrong, "does not hash") {
		t.Errorf("audit of an altered log: %s", wrong)
	}
	if s.flags[len(s.flags)-2] == "--db" {
		_, wrong := run(t, 1, "status", s.flags[0], s.flags[1]) // the URL forgotten
		if !strings.Contains(wrong, "PostgreSQL") {
			t.Errorf("without --db: %s", wrong)
		}
	}
}

// alter changes an entry in the database, behind the hub's back.
func (s site) alter(t *testing.T) {
	t.Helper()
	driver, source := "sqlite", filepath.Join(s.flags[1], "hub.db")
	if s.flags[len(s.flags)-2] == "--db" {
		driver, source = "pgx", s.flags[len(s.flags)-1]
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE entry SET body = $1 WHERE seq = 7", wiretest.Entry(7, "altered")); err != nil {
		t.Fatal(err)
	}
}

func TestMoment(t *testing.T) {
	vietnam, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	for place, want := range map[*time.Location]time.Time{
		time.UTC: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), vietnam: time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC),
	} {
		day, err := moment("2026-03-01", 1, place)
		if err != nil || !day.Equal(want) {
			t.Errorf("%v: %v %v", place, day, err)
		}
		at, err := moment("2026-03-01T06:00:00+07:00", 1, place)
		if err != nil || !at.Equal(time.Date(2026, 2, 28, 23, 0, 0, 0, time.UTC)) {
			t.Errorf("%v: %v %v", place, at, err)
		}
	}
}

// A day is the checkpoint's, not the hub's: a scan at half past six in the
// evening UTC is tomorrow's in Vietnam.
func TestDaysOfAnotherZone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "hub")
	h, err := hub.Open(dir, hub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := enrolled(t, h)
	for i, wall := range []time.Time{
		time.Date(2026, 3, 1, 16, 59, 59, 999e6, time.UTC), time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 18, 30, 0, 0, time.UTC),
	} {
		b, err := scanner.Entry{Seq: uint64(i), At: scanner.Instant{Wall: wall}, Checkpoint: "gate"}.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		l.Append(b)
	}
	if _, err := h.Take(context.Background(), l.Packed(0, 3)); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	for zone, want := range map[string]string{
		"Asia/Ho_Chi_Minh": "2026-03-01,1,1,0,0,0,0,1\n2026-03-02,2,2,0,0,0,0,2\n", "UTC": "2026-03-01,3,3,0,0,0,0,3\n",
	} {
		out, _ := run(t, 0, "report", "--data", dir, "--from", "2026-03-01", "--to", "2026-03-02", "--by", "day", "--csv", "--time-zone", zone)
		if _, rows, _ := strings.Cut(out, "\n"); rows != want {
			t.Errorf("%s: %s", zone, out)
		}
	}
	out, _ := run(t, 0, "report", "--data", dir, "--from", "2026-03-01", "--to", "2026-03-01", "--csv", "--time-zone", "Asia/Ho_Chi_Minh")
	if !strings.Contains(out, "gate,1,") {
		t.Errorf("the day until midnight in Vietnam: %s", out)
	}
	run(t, 2, "report", "--data", dir, "--time-zone", "Mars/Phobos")
	out, _ = run(t, 0, "report", "--data", dir, "--from", "2026-03-01", "--to", "2026-03-02", "--csv", "--table", "wards")
	if out != "zone,places,scanning,idle\nward-3,1,1,0\n" {
		t.Errorf("wards: %s", out)
	}
	out, _ = run(t, 0, "report", "--data", dir, "--from", "2026-03-03", "--to", "2026-03-04", "--csv", "--table", "idle")
	if out != "zone,checkpoint\nward-3,gate-2\n" {
		t.Errorf("idle: %s", out)
	}

	// A device that offers only what comes after entries the hub has not.
	if h, err = hub.Open(dir, hub.Options{}); err != nil {
		t.Fatal(err)
	}
	l.Add(7)
	if _, err := h.Take(context.Background(), l.Packed(9, 10)); err == nil {
		t.Fatal("a gap is taken")
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	out, _ = run(t, 0, "audit", "--data", dir, "--all")
	if !strings.Contains(out, "whole, 3 entries") || !strings.Contains(out, "not tampering: after those, scans 3 to 8 are not here") {
		t.Errorf("audit: %s", out)
	}
	out, _ = run(t, 0, "audit", "--data", dir, "--all", "--json")
	if !strings.Contains(out, `"missing":[{`) || !strings.Contains(out, `"from":3,"to":9`) {
		t.Errorf("audit: %s", out)
	}
	out, _ = run(t, 0, "report", "--data", dir, "--csv", "--table", "missing")
	if !strings.Contains(out, ",3,8,") {
		t.Errorf("missing: %s", out)
	}
	for _, verb := range []string{"report", "status"} {
		if out, _ := run(t, 0, verb, "--data", dir); !strings.Contains(out, "scans 3 to 8, since") {
			t.Errorf("%s: %s", verb, out)
		}
	}
}

// Names come from devices: a terminal and a spreadsheet must not obey them.
func TestNamesAreHarmless(t *testing.T) {
	r := hub.Report{By: hub.ByCheckpoint, Rows: []hub.Row{{Key: "\x1b[2Jgate", Scans: 1}, {Key: "Cầu Mẫu", Scans: 1}}}
	formulas := []string{"=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", " =1", "\u00a0=1", "\t=1", "\r=1", "\n=1", "＝1", "|cmd", "%0A=1", "\x1b=1"}
	for _, f := range formulas {
		r.Rows = append(r.Rows, hub.Row{Key: f, Scans: 1})
	}
	var b bytes.Buffer
	if err := reportCSV(&b, r, "counts"); err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(b.Bytes())).ReadAll()
	if err != nil || len(all) != 3+len(formulas) {
		t.Fatalf("%d rows: %v", len(all), err)
	}
	for _, row := range all[3:] {
		if !strings.HasPrefix(row[0], "'") {
			t.Errorf("a spreadsheet would compute %q", row[0])
		}
	}
	if all[2][0] != "Cầu Mẫu" {
		t.Errorf("a name is changed: %q", all[2][0])
	}
	for _, table := range []string{"silent", "lists", "idle", "wards", "missing"} {
		bad := "=1+1"
		r := hub.Report{
			Silent: []hub.Silence{{Device: "d", Checkpoint: bad, Lane: bad, Zone: bad}}, Outdated: []hub.Overdue{{Device: "d", Checkpoint: bad, List: bad}},
			Wards: []hub.Ward{{Zone: bad, Idle: []string{bad}}}, Missing: []hub.Missing{{Device: "d", Checkpoint: bad, To: 1}},
		}
		var b bytes.Buffer
		if err := reportCSV(&b, r, table); err != nil || strings.Contains(strings.ReplaceAll(b.String(), "'=", ""), "=") || !strings.Contains(b.String(), "'=1+1") {
			t.Errorf("%s: %v\n%s", table, err, b.String())
		}
	}
	if err := printReport(&b, r, time.UTC); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsRune(b.String(), '\x1b') {
		t.Errorf("a terminal would obey %q", b.String())
	}
}
