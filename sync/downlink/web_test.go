package downlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

const portalPage = "<!DOCTYPE html><html><title>Wi-Fi</title>Chào mừng! Please sign in.</html>"

// The ways a network's sign-in page answers in the server's place.
func TestCaptivePortal(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, portalPage)
	}))
	defer elsewhere.Close()
	page := func(kind string, status int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			fmt.Fprint(w, portalPage)
			return true
		}
	}
	for name, handle := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"page":          page("text/html; charset=utf-8", 200),
		"page as bytes": page("application/octet-stream", 200),
		"page as json":  page("application/json", 200),
		"511":           page("text/html", http.StatusNetworkAuthenticationRequired),
		"not found":     page("text/html", 404),
		"teapot":        page("text/plain", http.StatusTeapot),
		"redirect": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
			return true
		},
		"empty":   func(w http.ResponseWriter, r *http.Request) bool { return true },
		"nothing": func(w http.ResponseWriter, r *http.Request) bool { w.WriteHeader(204); return true },
		"redirect, loop": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.list(gate, 1, start, ann)
			s := newSite(t, w.Repository())
			d := device(t, w, s.source(t), gate)
			mustRefresh(t, d, start)
			s.answer(handle)
			wantCause(t, d, start, ErrNotRepository)
			s.answer(nil)
			mustRefresh(t, d, start)
		})
	}
}

// The portal comes up in the middle: metadata is through, the list is not.
func TestCaptivePortalForTheListOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	s := newSite(t, w.Repository())
	d := device(t, w, s.source(t), gate)
	s.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/targets") {
			return false
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, portalPage)
		return true
	})
	wantCause(t, d, start, ErrNotRepository)
	s.answer(nil)
	mustRefresh(t, d, start)
}

func TestAnotherCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	s := newSite(t, w.Repository())
	src, err := NewWeb(&http.Client{}, s.URL) // knows no certificate of the site's
	if err != nil {
		t.Fatal(err)
	}
	wantCause(t, device(t, w, src, gate), start, ErrNotRepository)

	plain := httptest.NewServer(http.NotFoundHandler()) // no TLS there at all
	defer plain.Close()
	src, err = NewWeb(s.Client(), "https"+strings.TrimPrefix(plain.URL, "http"))
	if err != nil {
		t.Fatal(err)
	}
	wantCause(t, device(t, w, src, gate), start, ErrNotRepository)
}

func TestServerTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	s := newSite(t, w.Repository())
	d := device(t, w, s.source(t), gate)
	for status, want := range map[int]Cause{
		500: ErrNoConnection, 502: ErrNoConnection, 503: ErrNoConnection, 408: ErrNoConnection, 429: ErrNoConnection,
		401: ErrForbidden, 403: ErrForbidden, 404: ErrNotRepository, 410: ErrNotRepository, 400: ErrNotRepository,
	} {
		s.answer(func(w http.ResponseWriter, r *http.Request) bool { w.WriteHeader(status); return true })
		wantCause(t, d, start, want)
	}
	s.Close()
	wantCause(t, d, start, ErrNoConnection)
}

func TestRedirectWithinTheHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	s := newSite(t, w.Repository())
	src, err := NewWeb(s.Client(), s.URL+"/moved/")
	if err != nil {
		t.Fatal(err)
	}
	s.answer(func(w http.ResponseWriter, r *http.Request) bool {
		path, moved := strings.CutPrefix(r.URL.Path, "/moved")
		if moved {
			http.Redirect(w, r, path, http.StatusPermanentRedirect)
		}
		return moved
	})
	mustRefresh(t, device(t, w, src, gate), start)
}

func TestWebAddresses(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"https://hub.example/tuf/": true, "https://hub.example:8443": true, "http://127.0.0.1:9/": true, "http://localhost/x": true,
		"http://hub.example/": false, "hub.example": false, "": false, "ftp://hub.example/": false, "https://": false, "https://a b/": false,
	} {
		if _, err := NewWeb(nil, address); (err == nil) != ok {
			t.Errorf("%q: %v, want accepted %v", address, err, ok)
		}
	}
}

// cutting serves targets but drops each connection after n bytes.
func cutting(folder string, n int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/targets/lists") {
			return false
		}
		data, err := os.ReadFile(filepath.Join(folder, r.URL.Path))
		if err != nil {
			return false
		}
		from, _ := strconv.Atoi(strings.Trim(r.Header.Get("Range"), "bytes=-"))
		w.Header().Set("Content-Length", strconv.Itoa(len(data)-from))
		if from > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)))
			w.WriteHeader(http.StatusPartialContent)
		}
		if n >= len(data)-from {
			_, _ = w.Write(data[from:])
			return true
		}
		_, _ = w.Write(data[from : from+n])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// A link that breaks every few kilobytes: the naive client never gets the
// list, this one asks for each byte once.
func TestTrapDownloadFromZero(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.list(gate, 1, start, many(4000)...)
	s := newSite(t, w.Repository())
	const piece = 5000
	s.answer(cutting(w.Repository(), piece))

	c, err := config.New(s.URL+"/metadata", w.root())
	w.check(err)
	c.RemoteTargetsURL, c.LocalMetadataDir = s.URL+"/targets", t.TempDir()
	c.LocalTargetsDir = c.LocalMetadataDir
	w.check(c.SetDefaultFetcherHTTPClient(s.Client()))
	w.check(c.SetDefaultFetcherRetry(0, 20))
	u, err := updater.New(c)
	w.check(err)
	u.UnsafeSetRefTime(start)
	info, err := u.GetTargetInfo("lists/province/gate.roster")
	w.check(err)
	s.asked("")
	if _, _, err := u.DownloadTarget(info, "", ""); err == nil {
		t.Fatal("the trap is gone: DownloadTarget brings a list over a link that breaks")
	}
	if tries := s.asked("targets"); len(tries) != 20 || strings.Contains(tries[19], "from") {
		t.Fatalf("the trap is gone: DownloadTarget asked for %q", tries)
	}
	s.asked("")

	d := device(t, w, s.source(t), gate)
	last := int64(0)
	d.config.Observer = &listener{progress: func(list string, done, total int64) {
		if list != gate || total != m.Size || done < last {
			t.Errorf("progress of %s: %d of %d after %d", list, done, total, last)
		}
		last = done
	}}
	if u := mustRefresh(t, d, start); !admits(t, u.Lists[0], ann) {
		t.Error("the list is not the one published")
	}
	if last != m.Size {
		t.Errorf("progress ended at %d of %d", last, m.Size)
	}
	var offsets []string
	for _, r := range s.asked("targets") {
		_, from, _ := strings.Cut(r, " from ")
		offsets = append(offsets, from)
	}
	var want []string
	for at := int64(0); at < m.Size; at += piece {
		want = append(want, strings.TrimPrefix(strconv.FormatInt(at, 10), "0"))
	}
	if !slices.Equal(offsets, want) {
		t.Errorf("asked from %q, want %q", offsets, want)
	}
}

// What one refresh, one process, one source fetched, the next continues.
func TestResumeAcross(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.list(gate, 1, start, many(4000)...)
	s := newSite(t, w.Repository())
	d := device(t, w, s.source(t), gate)
	const piece = 9000
	dead := false
	s.answer(func(rw http.ResponseWriter, r *http.Request) bool {
		if dead && strings.HasPrefix(r.URL.Path, "/targets") {
			panic(http.ErrAbortHandler)
		}
		dead = strings.HasPrefix(r.URL.Path, "/targets")
		return cutting(w.Repository(), piece)(rw, r)
	})
	for at := int64(piece); at < 3*piece; at += piece {
		wantCause(t, d, start, ErrNoConnection)
		parts, _ := filepath.Glob(filepath.Join(d.parts(), "*.part"))
		if info, err := os.Stat(parts[0]); err != nil || len(parts) != 1 || info.Size() != at {
			t.Fatalf("part of %v bytes (%v), want %d", info.Size(), err, at)
		}
		d = boot(t, d.config)
	}
	// A stick brings the rest, and only the rest is read from it.
	stick := &counting{Source: Folder(w.Repository())}
	u, err := d.RefreshFrom(context.Background(), stick, start)
	if err != nil || !admits(t, u.Lists[0], ann) {
		t.Fatalf("%+v, %v", u, err)
	}
	if stick.targets != m.Size-2*piece {
		t.Errorf("%d bytes read from the stick, want %d", stick.targets, m.Size-2*piece)
	}
	if parts, _ := os.ReadDir(d.parts()); len(parts) != 0 {
		t.Errorf("%d parts left", len(parts))
	}
}

// counting counts the bytes of targets read through a source.
type counting struct {
	Source
	targets int64
}

func (c *counting) Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, error) {
	r, err := c.Source.Fetch(ctx, path, offset)
	if err != nil || !strings.HasPrefix(path, "targets/") {
		return r, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.TeeReader(r, counter{&c.targets}), r}, nil
}

type counter struct{ n *int64 }

func (c counter) Write(b []byte) (int, error) { *c.n += int64(len(b)); return len(b), nil }

// A server that ignores Range, and one that answers another range than asked.
func TestRangeIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, many(4000)...)
	s := newSite(t, w.Repository())
	first := true
	s.answer(func(rw http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/targets") {
			return false
		}
		if first {
			first = false
			return cutting(w.Repository(), 9000)(rw, r)
		}
		if r.Header.Get("Range") == "" {
			t.Error("the download did not resume")
		}
		r.Header.Del("Range")
		return false
	})
	mustRefresh(t, device(t, w, s.source(t), gate), start)

	first = true
	s.answer(func(rw http.ResponseWriter, r *http.Request) bool {
		if from := r.Header.Get("Range"); from != "" {
			r.Header.Set("Range", "bytes=17-")
			return false
		}
		return strings.HasPrefix(r.URL.Path, "/targets") && cutting(w.Repository(), 9000)(rw, r)
	})
	wantCause(t, device(t, w, s.source(t), gate), start, ErrNotRepository)
}

// The server's own file is short: no loop, and nothing installed.
func TestShortFile(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, src Source) {
		m := w.list(gate, 1, start, many(900)...)
		blobs, _ := filepath.Glob(filepath.Join(w.Repository(), "targets/lists/province/*.roster"))
		whole, err := os.ReadFile(blobs[0])
		w.check(err)
		w.check(os.Truncate(blobs[0], m.Size/2))
		d := device(t, w, src, gate)
		wantCause(t, d, start, ErrDamaged)
		w.check(os.WriteFile(blobs[0], append(whole, "and more"...), 0o644))
		mustRefresh(t, d, start)
	})
}

// Downloads that never end are cut: metadata at its limit, a list at its
// signed length.
func TestEndless(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.list(gate, 1, start, ann)
	for _, file := range []string{"metadata/2.root.json", "metadata/timestamp.json", "metadata/2.snapshot.json", "metadata/1.targets.json", "metadata/2.lists-province.json"} {
		src := &endless{Source: Folder(w.Repository()), prefix: file}
		d := device(t, w, src, gate)
		wantCause(t, d, start, ErrTooLarge)
		if src.read > maxTargets+64<<10 {
			t.Errorf("%s: %d bytes taken", file, src.read)
		}
	}
	src := &endless{Source: Folder(w.Repository()), prefix: "targets/"}
	wantCause(t, device(t, w, src, gate), start, ErrDamaged)
	if src.read != m.Size {
		t.Errorf("%d bytes of the list taken, want its %d", src.read, m.Size)
	}
}

// endless answers one file with braces without end.
type endless struct {
	Source
	prefix string
	read   int64
}

func (e *endless) Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, error) {
	if strings.HasPrefix(path, e.prefix) {
		return io.NopCloser(e), nil
	}
	return e.Source.Fetch(ctx, path, offset)
}

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '{'
	}
	e.read += int64(len(b))
	return len(b), nil
}

// A stick can carry anything.
func TestFolderTricks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(gate, 1, start, ann)
	outside := t.TempDir()
	w.check(os.WriteFile(filepath.Join(outside, "timestamp.json"), []byte("{}"), 0o644))
	stamp := filepath.Join(w.Repository(), "metadata", "timestamp.json")
	for name, place := range map[string]func() error{
		"link out of the stick": func() error { return os.Symlink(filepath.Join(outside, "timestamp.json"), stamp) },
		"folder":                func() error { return os.Mkdir(stamp, 0o755) },
		"pipe":                  func() error { return syscall.Mkfifo(stamp, 0o644) },
		"device":                func() error { return os.Symlink("/dev/zero", stamp) },
	} {
		w.check(os.RemoveAll(stamp))
		w.check(place())
		d := device(t, w, Folder(w.Repository()), gate)
		if _, err := d.Refresh(context.Background(), start); CauseOf(err) != ErrNotRepository && CauseOf(err) != ErrStick {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Folder(w.Repository()).Fetch(context.Background(), "../keys", 0); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("upward: %v", err)
	}
}
