package main

import (
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, b)
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// hugePNG claims 10,000 × 10,000 pixels and holds none.
func hugePNG() []byte {
	chunk := func(b []byte, kind string, body []byte) []byte {
		b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
		whole := append([]byte(kind), body...)
		return binary.BigEndian.AppendUint32(append(b, whole...), crc32.ChecksumIEEE(whole))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 10000), 10000)
	return chunk(chunk([]byte("\x89PNG\r\n\x1a\n"), "IHDR", append(head, 8, 0, 0, 0, 0)), "IEND", nil)
}

// TestBadInput gives the commands what goes wrong in the field: each says in a
// sentence what to do, with a non-zero exit.
func TestBadInput(t *testing.T) {
	site, other := newSite(t), newSite(t)
	dir := t.TempDir()
	jpeg, err := os.ReadFile(site.path("samples", "01-cccd-admit.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cut", "cut.jpg"), jpeg[:len(jpeg)/3])
	write(t, filepath.Join(dir, "huge", "huge.png"), hugePNG())
	write(t, filepath.Join(dir, "text.jpg"), []byte("not a picture"))
	write(t, filepath.Join(dir, "people.csv"), []byte("subject,name,status\nvn.id:001190123456,Ai,admit\nvn.id:12,Ai,admit\n"))
	device := site.path("device")
	scan := func(args ...string) []string {
		return append([]string{"chotctl", "scan", "--offline", "--site", device}, args...)
	}
	for _, row := range []struct {
		name string
		args []string
		code int
		says []string
	}{
		{"a truncated JPEG", scan("--frames", filepath.Join(dir, "cut")), 1, []string{"cut off", "take it again"}},
		{"a 100-megapixel image", scan("--frames", filepath.Join(dir, "huge")), 1, []string{"100 megapixels", "make it smaller"}},
		{"not a picture", scan("--frames", filepath.Join(dir, "text.jpg")), 1, []string{"not a JPEG, PNG or PGM"}},
		{"no pictures", scan("--frames", filepath.Join(dir, "nowhere")), 1, []string{"no pictures there", "give a"}},
		{"an empty stream", scan("--frames", "-"), 1, []string{"standard input is empty"}},
		{"no such camera", scan("--camera", "/dev/video99"), 1, []string{"there is no camera", "plug one in"}},
		{"a camera that is none", scan("--camera", "/dev/null"), 1, []string{"name another device"}},
		{"no such port", scan("--serial", "/dev/ttyUSB99"), 1, []string{"no such serial port", "plug the reader in"}},
		{"an odd baud rate", scan("--serial", "/dev/ttyUSB99,fast"), 1, []string{"baud"}},
		{"two readers of standard input", scan("--typed", "--frames", "-"), 1, []string{"one source only"}},
		{"nothing to scan from", scan(), 2, []string{"--camera", "chot.toml"}},
		{"not enrolled", []string{"chotctl", "scan", "--offline", "--typed", "--site", filepath.Join(dir, "empty")}, 1, []string{"not enrolled", "chotctl enrol"}},
		{"not an enrolment", []string{"chotctl", "enrol", "--site", filepath.Join(dir, "new"), filepath.Join(dir, "text.jpg")}, 1, []string{"not an enrolment", "copy the file again"}},
		{"no authority", []string{"chotctl", "authority", "refresh", "--dir", dir}, 1, []string{"not an authority's folder", "create one"}},
		{"a row that is none", []string{"chotctl", "roster", "build", "--csv", filepath.Join(dir, "people.csv"), "--key", filepath.Join(dir, "k"), "--out", filepath.Join(dir, "o.roster")}, 1, []string{"line 3"}},
		{"no such command", []string{"chotctl", "frobnicate"}, 2, []string{"no command", "chotctl help"}},
		{"no such flag", []string{"chotctl", "scan", "--frobnicate"}, 2, []string{"frobnicate", "--help"}},
		{"no hub", []string{"chot-hub", "status", "--data", filepath.Join(dir, "nohub")}, 1, []string{"--data"}},
		{"no such device", []string{"chot-hub", "revoke", "--data", site.path("hub"), "aaaaaaaaaaaaaaaa"}, 1, []string{"device"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			said := fails(t, row.code, exec.Command(filepath.Join(programs, row.args[0]), row.args[1:]...))
			for _, want := range row.says {
				if !strings.Contains(said, want) {
					t.Errorf("said %q, want %q in it", said, want)
				}
			}
		})
	}

	t.Run("the journal of another device", func(t *testing.T) {
		mine := filepath.Join(dir, "mine.db")
		copyFile(t, filepath.Join(device, "journal.db"), mine)
		foreign, err := os.ReadFile(other.path("device", "journal.db"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(device, "journal.db"), foreign)
		said := fails(t, 1, chotctl(scan("--typed")[1:]...))
		if !strings.Contains(said, "belongs to another device") || !strings.Contains(said, "move the file aside") {
			t.Errorf("said %q", said)
		}
		if now, err := os.ReadFile(filepath.Join(device, "journal.db")); err != nil || string(now) != string(foreign) {
			t.Errorf("the other device's journal was changed (%v)", err)
		}
		copyFile(t, mine, filepath.Join(device, "journal.db"))
	})

	t.Run("a truncated picture among good ones", func(t *testing.T) {
		mixed := filepath.Join(dir, "mixed")
		write(t, filepath.Join(mixed, "1.jpg"), jpeg[:len(jpeg)/3])
		write(t, filepath.Join(mixed, "2.jpg"), jpeg)
		cmd := chotctl(scan("--json", "--frames", mixed)[1:]...)
		out, err := cmd.Output()
		if err == nil {
			t.Error("a picture that cannot be read is no failure")
		}
		got := lines(t, string(out))
		if len(got) != 2 || got[0].Error == "" || got[1].Outcome != "admit" {
			t.Errorf("got %+v", got)
		}
	})
}

// TestAListGoneBad damages the installed list in ways a disk or a thief would:
// nobody is admitted by it, every scan is kept, and the hub's copy mends it.
func TestAListGoneBad(t *testing.T) {
	site := newSite(t)
	var list string
	err := filepath.WalkDir(site.path("device", "lists"), func(path string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".roster") {
			list = path
		}
		return err
	})
	if err != nil || list == "" {
		t.Fatalf("no installed list found: %v", err)
	}
	good, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	// admitted scans a listed person's card and returns the verdict and what
	// the program said on standard error.
	admitted := func() (verdict, said string) {
		cmd := chotctl("scan", "--json", "--offline", "--site", site.path("device"), "--frames", site.path("samples", "01-cccd-admit.jpg"))
		var stderr strings.Builder
		cmd.Stderr = &stderr
		printed, err := cmd.Output()
		out := lines(t, string(printed))
		if len(out) != 1 || out[0].Seq == nil {
			t.Fatalf("the scan was not kept: %+v %s", out, stderr.String())
		}
		if bad := out[0].Outcome != "admit"; bad != (err != nil) {
			t.Errorf("verdict %s, but the exit was %v", out[0].Outcome, err)
		}
		return out[0].Outcome + " " + out[0].Reason, stderr.String()
	}
	if got, said := admitted(); got != "admit listed" || said != "" { // the control: the list as it was admits
		t.Fatalf("with the good list: %s %s", got, said)
	}
	for name, bad := range map[string][]byte{
		"truncated": good[:len(good)/2],
		"empty":     {},
		"garbage":   []byte(strings.Repeat("x", len(good))),
		"header":    flip(good, 20),
		"rows":      flipAll(good, 2*4096, 5*4096),
		"hashes":    flip(good, len(good)-5),
	} {
		t.Run(name, func(t *testing.T) {
			write(t, list, bad)
			got, said := admitted()
			if got != "refer list-missing" && got != "refer list-damaged" {
				t.Errorf("a damaged list gave %s", got)
			}
			if !strings.Contains(said, "The list is damaged. Connect or plug in a stick") {
				t.Errorf("said %q", said)
			}
		})
	}
	t.Run("mended by the hub", func(t *testing.T) {
		running := site.hub(t)
		p := site.typist(t)
		for i := range 2000 {
			p.scan(i)
			if got := listInUse(t, list); string(got) == string(good) {
				break
			}
		}
		p.end()
		stop(t, running)
		if got, said := admitted(); got != "admit listed" {
			t.Errorf("after the hub was there again: %s %s", got, said)
		}
	})
}

func listInUse(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return b
}

func flip(b []byte, at int) []byte { return flipAll(b, at, at+1) }

func flipAll(b []byte, from, to int) []byte {
	c := append([]byte(nil), b...)
	for i := from; i < min(to, len(c)); i++ {
		c[i] ^= 1
	}
	return c
}

// TestAnotherHub puts a hub with other keys at the enrolled address: nothing
// is sent to it, nothing is lost, and the right hub gets everything.
func TestAnotherHub(t *testing.T) {
	site, other := newSite(t), newSite(t)
	wrong := startHub(t, other.path("hub"), other.path("authority", "repository"), site.hubAddress())
	cmd := chotctl("scan", "--site", site.path("device"), "--frames", site.path("samples", "01-cccd-admit.jpg"), "--drain", "3s", "-v")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err == nil || !strings.Contains(string(out), "1 wait") {
		t.Errorf("%v: %s", err, out)
	}
	for _, want := range []string{"certificate is not the one this device was enrolled with", "A stranger answers as the hub. Call the supervisor"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("it did not say %q:\n%s", want, said.String())
		}
	}
	stop(t, wrong)
	if got := other.atHub(t); len(got) != 0 {
		t.Errorf("the wrong hub got %d entries", len(got))
	}
	right := site.hub(t)
	site.typist(t, "--drain", "30s").end()
	stop(t, right)
	exactlyOnce(t, site.atHub(t), 1)
}

// TestListsFromAStick fetches from the authority's folder as a stick carries
// it; then from one on which somebody changed the signed metadata.
func TestListsFromAStick(t *testing.T) {
	site := newSite(t)
	stick := filepath.Join(t.TempDir(), "stick")
	if err := os.CopyFS(stick, os.DirFS(site.path("authority", "repository"))); err != nil {
		t.Fatal(err)
	}
	device := site.path("device")
	if err := os.RemoveAll(filepath.Join(device, "lists")); err != nil {
		t.Fatal(err)
	}
	if said := done(t, chotctl("fetch", "--site", device, "--from", stick)); !strings.Contains(said, "list people version 1") {
		t.Errorf("from a good stick: %q", said)
	}
	for _, name := range []string{"timestamp.json", "1.root.json"} {
		path := filepath.Join(stick, "metadata", name)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, []byte(strings.ReplaceAll(string(b), "202", "203"))) // other dates, old signatures
	}
	said := fails(t, 1, chotctl("fetch", "--site", device, "--from", stick))
	if !strings.Contains(said, "not signed by this device's authority") && !strings.Contains(said, "damaged") {
		t.Errorf("from an unsigned stick: %q", said)
	}
	said = fails(t, 1, chotctl("fetch", "--site", device, "--from", filepath.Join(t.TempDir(), "nothing")))
	if !strings.Contains(said, "list") {
		t.Errorf("from no stick: %q", said)
	}
	if got := lines(t, done(t, chotctl("scan", "--json", "--offline", "--site", device, "--frames", site.path("samples", "01-cccd-admit.jpg")))); got[0].Outcome != "admit" {
		t.Errorf("after a bad stick the installed list gave %+v", got)
	}
}
