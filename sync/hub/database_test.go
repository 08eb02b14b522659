package hub

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"chot/sync/hub/hubtest"
	"chot/sync/wire"
)

// An ailment is what can be the matter with a database. begin brings it about
// and returns how to end it.
type ailment struct {
	name, cause string
	code        wire.Code
	begin       func(*testing.T, *Hub) (end func())
}

// A database that does not take what it should gives a clear answer, a metric
// says why, lists and the rest are served meanwhile, nothing is lost, and it
// goes on without a restart.
func TestDatabaseTrouble(t *testing.T) {
	testAilments(t, openHub(t, t.TempDir(), Options{Rate: 1e6, Burst: 1e6}), []ailment{
		{"full", databaseFull, wire.Internal, func(t *testing.T, h *Hub) func() {
			var pages int
			query(t, h, "PRAGMA page_count", &pages)
			query(t, h, fmt.Sprintf("PRAGMA max_page_count = %d", pages+1), new(int))
			return func() { query(t, h, "PRAGMA max_page_count = 1000000", new(int)) }
		}},
		{"read-only", databaseReadOnly, wire.Internal, func(t *testing.T, h *Hub) func() {
			run(t, database(h), "PRAGMA query_only = 1")
			return func() { run(t, database(h), "PRAGMA query_only = 0") }
		}},
		{"locked by another program", databaseLocked, wire.Busy, func(t *testing.T, h *Hub) func() {
			query(t, h, "PRAGMA busy_timeout = 200", new(int))
			other, err := sql.Open("sqlite", filepath.Join(h.dir, databaseFile))
			if err != nil {
				t.Fatal(err)
			}
			other.SetMaxOpenConns(1)
			run(t, other, "BEGIN EXCLUSIVE")
			return func() { run(t, other, "ROLLBACK"); other.Close() }
		}},
	})
}

// The same with PostgreSQL, on a server of its own.
func TestPostgresDatabaseTrouble(t *testing.T) {
	s, err := hubtest.Start()
	hubtest.Need(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	disk := func() string { return smallDisk(t, s) } // for as long as the server
	address := s.Schema(t) + "&lock_timeout=300"
	h := openHub(t, t.TempDir(), Options{DB: address, Rate: 1e6, Burst: 1e6})
	root, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	root.SetMaxOpenConns(1)
	blocked := func(t *testing.T, statement string, args ...any) func() {
		tx, err := root.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(statement, args...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		return func() {
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
		}
	}
	testAilments(t, h, []ailment{
		{"full", databaseFull, wire.Internal, func(t *testing.T, h *Hub) func() {
			small := disk()
			var month string
			if err := root.QueryRow("SELECT relname FROM pg_class WHERE relname LIKE 'entry_2%' AND relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname").Scan(&month); err != nil {
				t.Fatal(err)
			}
			run(t, root, "CREATE TABLESPACE small LOCATION '"+small+"'")
			run(t, root, "ALTER TABLE "+month+" SET TABLESPACE small")
			// Somebody else's data takes the rest of the disk.
			if err := os.WriteFile(filepath.Join(small, "ballast"), make([]byte, 64<<20), 0o600); err == nil {
				t.Fatal("the small disk is not small")
			}
			return func() {
				if err := os.Remove(filepath.Join(small, "ballast")); err != nil {
					t.Error(err)
				}
			}
		}},
		{"read-only", databaseReadOnly, wire.Internal, func(t *testing.T, h *Hub) func() {
			set := func(to string) {
				run(t, root, "SET default_transaction_read_only = off")
				run(t, root, "ALTER SYSTEM SET default_transaction_read_only = "+to)
				run(t, root, "SELECT pg_reload_conf()")
				for now := ""; now != to; {
					query(t, h, "SHOW default_transaction_read_only", &now)
				}
			}
			set("on")
			return func() {
				set("off")
				// Every connection of the hub's hears of it in its own time.
				for h.store.Update(context.Background(), func(tx Tx) error { return tx.Forget(h.now()) }) != nil {
				}
			}
		}},
		{"locked by another program", databaseLocked, wire.Busy, func(t *testing.T, h *Hub) func() {
			return blocked(t, "LOCK TABLE entry IN ACCESS EXCLUSIVE MODE")
		}},
		{"gone", databaseGone, wire.Busy, func(t *testing.T, h *Hub) func() {
			if err := s.Kill(); err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := s.Run(); err != nil {
					t.Fatal(err)
				}
				for h.store.View(context.Background(), func(Tx) error { return nil }) != nil || root.Ping() != nil {
				}
			}
		}},
	})

	// A row that somebody sits on stops its device, and no other.
	b := &bad{t, h, enrolled(t, h), enrolled(t, h)}
	b.l.Add(10)
	end := blocked(t, "SELECT 1 FROM device WHERE id = $1 FOR UPDATE", b.l.Key.ID())
	resp, body := b.post(wire.BundlesPath, bytes.NewReader(b.l.Packed(0, 10)), -1)
	wantProblem(t, resp, body, wire.Busy)
	b.stillWell(0)
	end()
	give(t, h, b.l, b.l.Packed(0, 10), 10)
}

func testAilments(t *testing.T, h *Hub, all []ailment) {
	b := &bad{t, h, enrolled(t, h), enrolled(t, h)}
	l := b.l
	l.Add(20)
	give(t, h, l, l.Packed(0, 20), 20)
	for _, a := range all {
		t.Run(a.name, func(t *testing.T) {
			b := &bad{t, h, l, b.calm}
			from := l.Size()
			l.Add(3000) // more than fits into what is left of a page
			end := a.begin(t, h)
			for range 2 { // a device tries again and again
				resp, body := b.post(wire.BundlesPath, bytes.NewReader(l.Packed(from, from+3000)), -1)
				wantProblem(t, resp, body, a.code)
				if strings.Contains(string(body), "sql") || strings.Contains(string(body), "database") {
					t.Errorf("the answer tells strangers about the database: %s", body)
				}
				if a.code == wire.Busy && resp.Header.Get("Retry-After") == "" {
					t.Error("busy, without Retry-After")
				}
			}
			r, text := get(h, "/healthz")
			if r.StatusCode != 200 {
				t.Errorf("healthz: %s", text)
			}
			end()
			b.metric(`chot_hub_database_errors_total{cause="` + a.cause + `"}`)
			whole(t, h, l, from)
			give(t, h, l, l.Packed(from, from+3000), from+3000) // the device still has it
			b.stillWell(from + 3000)
		})
	}
}

func get(h *Hub, path string) (*http.Response, []byte) {
	return (&bad{h: h}).request(http.MethodGet, path, http.NoBody, 0)
}

func run(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func query(t *testing.T, h *Hub, statement string, to any) {
	t.Helper()
	if err := database(h).QueryRow(statement).Scan(to); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// smallDisk mounts a disk of eight megabytes that the server may write.
func smallDisk(t *testing.T, s *hubtest.Server) string {
	t.Helper()
	dir, err := s.Folder("small")
	if err != nil {
		t.Fatal(err)
	}
	as := func(args ...string) ([]byte, error) {
		if os.Getuid() != 0 {
			args = append([]string{"sudo", "-n"}, args...)
		}
		return exec.Command(args[0], args[1:]...).CombinedOutput()
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	if out, err := as("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=8m,mode=0777,uid=%d,gid=%d", owner.Uid, owner.Gid), "chot-small", dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("mount: %v: %s", err, out)
		}
		t.Skipf("a small disk needs the right to mount: %s", out)
	}
	t.Cleanup(func() {
		if out, err := as("umount", "--lazy", dir); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return dir
}

// A hub's folder that this user may not write is refused with a sentence.
func TestFolderReadOnly(t *testing.T) {
	dir := t.TempDir()
	openHub(t, dir, Options{})
	for _, open := range []string{filepath.Dir(dir), dir} { // to look at, not to write
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t, dir, func() {
		_, err := Open(dir, Options{})
		if err == nil || !strings.Contains(err.Error(), "permission denied") || !strings.Contains(err.Error(), "give this user the right") {
			t.Errorf("got %v", err)
		}
	})
}

// asNobody runs f without the right to write the folder: as somebody else when
// root runs the tests (a thread's file rights follow its fsuid, setfsuid(2)),
// else with the right taken away.
func asNobody(t *testing.T, dir string, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		for path, mode := range map[string]os.FileMode{filepath.Join(dir, databaseFile): 0o400, dir: 0o500} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
		f()
		if err := os.Chmod(dir, 0o700); err != nil { // so that it can be removed
			t.Fatal(err)
		}
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := syscall.Setfsuid(65534); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}
