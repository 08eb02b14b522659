package hub

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chot/sync/hub/hubtest"
)

// server is started by the first test that wants it and shared by all.
var used atomic.Bool

var server = sync.OnceValues(func() (*hubtest.Server, error) { return hubtest.Start() })

func TestMain(m *testing.M) {
	code := m.Run()
	if used.Load() {
		if s, err := server(); err == nil {
			if err := s.Close(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
		}
	}
	os.Exit(code)
}

func needServer(t testing.TB) *hubtest.Server {
	t.Helper()
	used.Store(true)
	s, err := server()
	hubtest.Need(t, err)
	return s
}

// NeedSchema returns a new database for a test.
func NeedSchema(t testing.TB) string {
	t.Helper()
	return needServer(t).Schema(t)
}

// Every test of what a hub does, with PostgreSQL underneath: openHub sees from
// the test's name which store it is to take.
func TestPostgreSQL(t *testing.T) {
	needServer(t)
	for name, test := range suite {
		t.Run(name, test)
	}
}

var suite = map[string]func(*testing.T){
	"Take": TestTake, "TakeAnyCuts": TestTakeAnyCuts, "TakeRefuses": TestTakeRefuses, "Tampering": TestTampering, "Quarantine": TestQuarantine,
	"Counts": TestCounts, "Revocation": TestRevocation, "RevocationNotice": TestRevocationNotice, "UpdateIsWhole": TestUpdateIsWhole, "UpdatesMeet": TestUpdatesMeet,
	"ConcurrentDevices": TestConcurrentDevices, "Tokens": TestTokens, "EnrolAgain": TestEnrolAgain, "NewEnrolmentRefuses": TestNewEnrolmentRefuses,
	"DeviceAndHub": TestDeviceAndHub, "HTTPRefusals": TestHTTPRefusals, "ProblemBodies": TestProblemBodies,
	"EvidenceBound": TestEvidenceBound, "Rate": TestRate, "StrangeText": TestStrangeText,
	"Restore": TestRestore, "Metrics": TestMetrics, "Log": TestLog,
	"Report": TestReport, "RemarksAreNotCounted": TestRemarksAreNotCounted, "Outdated": TestOutdated, "Replay": TestReplay, "ReplayBundles": TestReplayBundles,
	"AlarmChangesNoReceipt": TestAlarmChangesNoReceipt, "RunContradictsAlarm": TestRunContradictsAlarm, "AlarmRefused": TestAlarmRefused,
	"TraceLeavesAnAudit": TestTraceLeavesAnAudit,
	"RestoreAfterPurge":  TestRestoreAfterPurge, "GoesOnAfterPurge": TestGoesOnAfterPurge, "ForgedBase": TestForgedBase, "GapTwice": TestGapTwice,
	"TallyIsTheCount": TestTallyIsTheCount, "Wards": TestWards, "Levels": TestLevels,
	"BadInput": TestBadInput, "TenGigabytes": TestTenGigabytes, "AlarmMetrics": TestAlarmMetrics, "GracefulStop": TestGracefulStop,
	"AuditIsNotCutShort": TestAuditIsNotCutShort, "TraceSeesAlarms": TestTraceSeesAlarms,
}

// sqliteOnly are tests of the file, or of what no store has a part in.
var sqliteOnly = []string{
	"TestReceiptsSurvive", "TestDatabaseSettings", "TestBadDatabases", "TestFirstStartTwice", "TestIdentity",
	"TestEndlessBody", "TestLists", "TestDatabaseGone", "TestMigrations", "TestOwnCertificate",
	"TestCertificateRenewed", "TestDatabaseTrouble", "TestFolderReadOnly", // the like is tested with a server of its own
}

// A test that is written later is not forgotten in the suite.
func TestSuiteIsWhole(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || parsed.Name.Name != "hub" || !strings.HasPrefix(f.Name.Name, "Test") || strings.Contains(f.Name.Name, "Postgre") {
				continue
			}
			opens := false
			ast.Inspect(f, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && (id.Name == "openHub" || id.Name == "Open") {
					opens = true
				}
				return true
			})
			if suite[strings.TrimPrefix(f.Name.Name, "Test")] == nil && opens && !slices.Contains(sqliteOnly, f.Name.Name) {
				t.Errorf("%s runs with SQLite only: add it to the suite", f.Name.Name)
			}
		}
	}
}

// schemas are the databases of the hubs' folders, so that a folder opened
// again has what it had.
var schemas sync.Map

func storeFor(t testing.TB, dir string, o Options) Options {
	t.Helper()
	if !strings.HasPrefix(t.Name(), "TestPostgreSQL/") || o.DB != "" {
		return o
	}
	address, ok := schemas.Load(dir)
	if !ok {
		address = needServer(t).Schema(t)
		schemas.Store(dir, address)
	}
	o.DB = address.(string)
	return o
}

// What a hub gave a receipt for is there after the server lost its power.
func TestPostgresPowerCut(t *testing.T) {
	s, err := hubtest.Start()
	hubtest.Need(t, err)
	defer s.Close()
	dir, o := t.TempDir(), Options{DB: s.Schema(t), Rate: 1e6, Burst: 1e6}
	h := openHub(t, dir, o)
	l := enrolled(t, h)
	for i := range uint64(3) {
		l.Add(40)
		give(t, h, l, l.Packed(i*40, i*40+40), i*40+40)
		if err := s.Kill(); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Take(context.Background(), l.Packed(0, 40)); err == nil {
			t.Fatal("a receipt without a database")
		}
		if err := s.Run(); err != nil {
			t.Fatal(err)
		}
		// The same hub finds its way back, and so does another.
		for h.store.View(context.Background(), func(Tx) error { return nil }) != nil {
		}
		whole(t, h, l, i*40+40)
		whole(t, openHub(t, dir, o), l, i*40+40)
	}
}

// Every month has its partition, made when the first entry comes, and the log
// is one across them.
func TestPostgresMonths(t *testing.T) {
	c := &clock{time.Date(2026, 11, 30, 23, 59, 0, 0, time.UTC)}
	h := openHub(t, t.TempDir(), Options{DB: needServer(t).Schema(t), Now: c.Now})
	l := enrolled(t, h)
	for i := range uint64(4) {
		l.Add(10)
		give(t, h, l, l.Packed(i*10, i*10+10), i*10+10)
		c.now = c.now.AddDate(0, 0, 20)
	}
	give(t, h, l, l.Packed(5, 40), 40)
	whole(t, h, l, 40)
	r, err := h.store.(*postgres).db.Query("SELECT tableoid::regclass::text, count(*) FROM entry GROUP BY 1 ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var got []string
	for r.Next() {
		var name string
		var n int
		if err := r.Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(name, " ", n))
	}
	if want := []string{"entry_202611 10", "entry_202612 10", "entry_202701 20"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// (device, index) is unique between months too, whatever the code above believes.
	err = h.store.Update(context.Background(), func(tx Tx) error {
		return tx.Append(l.Key.ID(), 3, c.now.AddDate(1, 0, 0), []Record{{Body: []byte("x")}})
	})
	if err == nil {
		t.Error("an entry is stored twice, in two months")
	}
}

// A hub is told when it is given no database, or one that is not its own.
func TestPostgresWrongDatabases(t *testing.T) {
	s := needServer(t)
	dir, o := t.TempDir(), Options{DB: s.Schema(t)}
	h := openHub(t, dir, o)
	enrolled(t, h)
	for name, try := range map[string]struct {
		dir  string
		o    Options
		want string
	}{
		"forgotten":           {dir, Options{}, "keeps its scans in a PostgreSQL database"},
		"another hub's":       {onlyKeys(t), o, "is that of hub " + h.Key().ID()},
		"its keys gone":       {t.TempDir(), o, hubKeyFile + " is missing"},
		"no URL":              {t.TempDir(), Options{DB: "hub.example.test"}, "postgres://"},
		"another kind of URL": {t.TempDir(), Options{DB: "mysql://u:secret@h/d"}, "postgres://"},
		"a broken URL":        {t.TempDir(), Options{DB: "postgres://u:secret@h:port/d"}, "postgres://"},
		"nobody there":        {t.TempDir(), Options{DB: "postgres://u:secret@127.0.0.1:1/d"}, "connect"},
	} {
		_, err := Open(try.dir, try.o)
		if err == nil || !strings.Contains(err.Error(), try.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// One in use for SQLite is not begun anew elsewhere.
	local := t.TempDir()
	openHub(t, local, Options{})
	if _, err := Open(local, Options{DB: s.Schema(t)}); err == nil || !strings.Contains(err.Error(), databaseFile) {
		t.Errorf("two databases: %v", err)
	}
	// A newer program's is left alone.
	if _, err := h.store.(*postgres).db.Exec("INSERT INTO chot_schema SELECT step + 1000, name, hub FROM chot_schema; INSERT INTO chot_schema VALUES (99, 'x', 'x')"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, o); err == nil || !strings.Contains(err.Error(), "update the program") {
		t.Errorf("a newer database: %v", err)
	}
}

// onlyKeys returns a folder with another hub's keys.
func onlyKeys(t *testing.T) string {
	dir := t.TempDir()
	h, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{databaseFile, databaseFile + "-wal", databaseFile + "-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return dir
}

// A server that would lose commits is refused; one that would delay them is
// told not to.
func TestPostgresDurability(t *testing.T) {
	s, err := hubtest.Start("fsync=off")
	hubtest.Need(t, err)
	defer s.Close()
	o := Options{DB: s.Schema(t)}
	if _, err := Open(t.TempDir(), o); err == nil || !strings.Contains(err.Error(), "fsync") {
		t.Errorf("fsync off: %v", err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Run("synchronous_commit=off"); err != nil {
		t.Fatal(err)
	}
	h := openHub(t, t.TempDir(), o)
	var setting string
	if err := h.store.(*postgres).db.QueryRow("SHOW synchronous_commit").Scan(&setting); err != nil || setting != "on" {
		t.Errorf("synchronous_commit is %q: %v", setting, err)
	}
}

// Programs that start at once on a new database are one hub, and carry on
// each other's work.
func TestPostgresManyHubs(t *testing.T) {
	dir, o := t.TempDir(), Options{DB: needServer(t).Schema(t), Rate: 1e6, Burst: 1e6}
	hubs := make([]*Hub, 4)
	var all sync.WaitGroup
	for i := range hubs {
		all.Go(func() {
			h, err := Open(dir, o)
			if err != nil {
				t.Error(err)
				return
			}
			hubs[i] = h
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	l := enrolled(t, hubs[0])
	l.Add(400)
	packed := make([][]byte, 20)
	for i := range packed {
		packed[i] = l.Packed(uint64(i)*20, uint64(i)*20+20)
	}
	for n := range packed {
		for _, h := range hubs {
			all.Go(func() {
				if _, err := h.Take(context.Background(), packed[n]); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	whole(t, hubs[3], l, 400)
	for _, h := range hubs {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Two transactions that read the same row and write it lose nothing.
func TestUpdatesMeet(t *testing.T) {
	h := openHub(t, t.TempDir(), Options{})
	l := enrolled(t, h)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				err := h.store.Update(context.Background(), func(tx Tx) error {
					d, err := tx.Device(l.Key.ID())
					if err != nil {
						return err
					}
					d.Size++
					d.Frontier = nil
					return tx.PutDevice(d)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := status(t, h).Entries; n != 80 {
		t.Errorf("%d of 80 updates are there", n)
	}
}
