//go:build linux

// Package hubtest runs a private PostgreSQL server for tests, from the
// programs of Debian's postgresql package. Tests import it, nothing else does.
package hubtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// A Server is a PostgreSQL server in a temporary folder, on a Unix socket
// nobody else can reach, with durable commits as in earnest.
type Server struct {
	dir, bin string
	owner    *syscall.Credential // nil: whoever runs the tests
	cmd      *exec.Cmd
	done     chan error
	count    atomic.Int64
}

// ErrAbsent: this machine has no PostgreSQL server's programs.
var ErrAbsent = errors.New("PostgreSQL's programs are not here: install Debian's package postgresql")

// Start makes a database cluster and starts a server on it. It never runs as
// root, which PostgreSQL refuses.
func Start(settings ...string) (s *Server, err error) {
	s = new(Server)
	if s.bin, err = programs(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "chot-postgres-"); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		if s.owner, err = servant(); err == nil {
			err = os.Chown(s.dir, int(s.owner.Uid), int(s.owner.Gid))
		}
	}
	if err == nil {
		initdb := s.command("initdb", "--pgdata", filepath.Join(s.dir, "data"), "--username", "hub", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
		if out, e := initdb.CombinedOutput(); e != nil {
			err = fmt.Errorf("initdb: %w: %s", e, out)
		}
	}
	if err == nil {
		err = s.Run(settings...)
	}
	if err != nil {
		os.RemoveAll(s.dir)
		return nil, err
	}
	return s, nil
}

// programs returns the folder of the newest server's programs.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), "postgres")); err == nil {
				return filepath.Dir(path), nil
			}
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return "", ErrAbsent
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// servant returns the user a server may run as when root runs the tests.
func servant() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("there is no user postgres or nobody to run a server as")
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+s.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner}
	return cmd
}

// Run starts the server on what is in its folder, after Stop or Kill.
// Settings are NAME=VALUE.
func (s *Server) Run(settings ...string) error {
	args := []string{"-D", filepath.Join(s.dir, "data"), "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=200"}
	for _, set := range settings {
		args = append(args, "-c", set)
	}
	s.cmd = s.command("postgres", args...)
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	// Killed tests leave no server behind. The signal comes when the thread
	// that started the server ends, so one is kept for it.
	s.cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	started := make(chan error)
	s.done = make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.done <- s.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	// pg_ctl's file says in its last line how far the server is.
	for {
		select {
		case err := <-s.done:
			text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("postgres ended: %w: %s", err, text)
		default:
		}
		state, _ := os.ReadFile(filepath.Join(s.dir, "data", "postmaster.pid"))
		if lines := strings.Split(string(state), "\n"); len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready" && lines[0] == strconv.Itoa(s.cmd.Process.Pid) {
			return nil
		}
		runtime.Gosched()
		_ = exec.Command("sleep", "0.02").Run() // another program's start can only be looked for
	}
}

func (s *Server) end(signal os.Signal) error {
	if err := s.cmd.Process.Signal(signal); err != nil {
		return err
	}
	<-s.done // its exit code is of no interest
	return nil
}

// Kill ends the server as a power cut would: nothing more is written, and the
// next Run recovers from the log (PostgreSQL "immediate shutdown").
func (s *Server) Kill() error { return s.end(syscall.SIGQUIT) }

// Stop ends the server properly.
func (s *Server) Stop() error { return s.end(syscall.SIGINT) }

// Close stops the server and removes its folder.
func (s *Server) Close() error { return errors.Join(s.Kill(), os.RemoveAll(s.dir)) }

// Bin returns the folder of the server's programs.
func (s *Server) Bin() string { return s.bin }

// URL returns the address of a schema, which is a database of its own to a hub.
func (s *Server) URL(schema string) string {
	q := url.Values{"host": {s.dir}, "user": {"hub"}, "options": {"-csearch_path=" + schema}} // as libpq writes it, for pg_dump too
	return "postgres:///postgres?" + q.Encode()
}

// Folder makes a folder that the server owns, beside its own.
func (s *Server) Folder(name string) (string, error) {
	dir := filepath.Join(s.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	if s.owner == nil {
		return dir, nil
	}
	return dir, os.Chown(dir, int(s.owner.Uid), int(s.owner.Gid))
}

// Schema makes a new schema and returns its address.
func (s *Server) Schema(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.count.Add(1))
	db, err := sql.Open("pgx", s.URL(name))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	return s.URL(name)
}

// Need ends a test when there is no server: skipped on a person's machine,
// failed in CI.
func Need(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, ErrAbsent) && os.Getenv("CI") == "":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

// CPU returns the processor time of the server's processes so far, to the
// hundredth of a second (proc_pid_stat(5): fields 4, 14 and 15).
func (s *Server) CPU() (total time.Duration) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0
	}
	self := strconv.Itoa(s.cmd.Process.Pid)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended since
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest) // from field 3 on
		if len(fields) < 13 || fields[1] != self {
			continue
		}
		user, _ := strconv.ParseInt(fields[11], 10, 64)
		system, _ := strconv.ParseInt(fields[12], 10, 64)
		total += time.Duration(user+system) * 10 * time.Millisecond
	}
	return total
}
