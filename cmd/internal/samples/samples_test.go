package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/csv"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"chot/scanner/credential"
	"chot/scanner/qr"
)

const committed = "../../../assets/samples"

func read(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(committed, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func luminance(t *testing.T, raw []byte) *image.Gray {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := img.(*image.YCbCr); ok {
		return &image.Gray{Pix: c.Y, Stride: c.YStride, Rect: c.Rect}
	}
	return img.(*image.Gray)
}

// TestReproducible makes everything again. On amd64 the bytes are the committed
// ones. Other architectures fuse a multiplication and an addition into one
// rounding (FMA), which Go allows, so there a pixel may differ by a shade.
func TestReproducible(t *testing.T) {
	s, err := newStudio()
	if err != nil {
		t.Fatal(err)
	}
	files, err := s.files("")
	if err != nil {
		t.Fatal(err)
	}
	for name, fresh := range files {
		old := read(t, name)
		if bytes.Equal(fresh, old) {
			continue
		}
		if runtime.GOARCH == "amd64" || !strings.HasSuffix(name, ".jpg") {
			t.Errorf("%s differs from the committed file: run go run ./cmd/internal/samples", name)
			continue
		}
		a, b := luminance(t, fresh), luminance(t, old)
		if len(a.Pix) != len(b.Pix) {
			t.Errorf("%s has another size", name)
			continue
		}
		sum := 0
		for i, v := range a.Pix {
			sum += max(int(v), int(b.Pix[i])) - min(int(v), int(b.Pix[i]))
		}
		if mean := float64(sum) / float64(len(a.Pix)); mean > 1 {
			t.Errorf("%s differs by %.2f of 255 on average", name, mean)
		}
	}
	on, err := filepath.Glob(filepath.Join(committed, "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, path := range on {
		if files[filepath.Base(path)] == nil {
			t.Errorf("%s is committed, but no scene makes it", filepath.Base(path))
		}
		total += len(read(t, filepath.Base(path)))
	}
	if total > 3<<20 {
		t.Errorf("the frames take %d bytes, more than 3 MiB", total)
	}
}

// TestRead holds every frame against its expectation: as a still and as a live
// frame. The live budget is generous, so that a busy machine does not decide;
// all but a few frames are read by the decoder's first rung, which every live
// frame gets whatever its budget.
func TestRead(t *testing.T) {
	s := newIssuer()
	list := credential.NewStatusList(statusURI, 1024)
	if err := list.Set(revokedSlot, 1); err != nil { // 1: revoked
		t.Fatal(err)
	}
	trust, err := credential.NewTrust([]credential.Issuer{{
		Name: demoIssuer, KeyID: keyID(s.key), Key: s.key.Public().(ed25519.PublicKey), Namespace: "vn.id",
	}}, []credential.StatusList{list})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	first, readable := 0, 0
	for i, sc := range scenes() {
		frame := luminance(t, read(t, fileName(i, sc)))
		for _, s := range qr.NewDecoder().Decode(frame, time.Nanosecond) {
			if s.Err == nil {
				first++
			}
		}
		if sc.name != "blurred" { // a still takes back the blur; the first rung does not
			readable += len(sc.expect)
		}
		for _, budget := range []time.Duration{0, time.Minute} {
			symbols := qr.NewDecoder().Decode(frame, budget)
			if len(symbols) != len(sc.expect) {
				t.Errorf("%s, budget %v: %d symbols, want %d", sc.name, budget, len(symbols), len(sc.expect))
				continue
			}
			for k, e := range sc.expect {
				if symbols[k].Err != nil {
					t.Errorf("%s, budget %v: symbol %d: %v", sc.name, budget, k, symbols[k].Err)
					continue
				}
				check(t, sc.name, e, credential.Open(symbols[k].Bytes, trust), now)
			}
		}
	}
	t.Logf("the first rung reads %d of %d symbols", first, readable)
	if first < readable-2 {
		t.Errorf("the first rung reads %d of %d symbols, want all but two", first, readable)
	}
}

// check compares what a credential alone can tell with an expectation.
func check(t *testing.T, name string, e expectation, c credential.Credential, now time.Time) {
	t.Helper()
	if c.Scheme().String() != e.scheme {
		t.Errorf("%s: scheme %v, want %s", name, c.Scheme(), e.scheme)
	}
	if e.masked != "" && c.Subject().Masked() != e.masked {
		t.Errorf("%s: shows %s, want %s", name, c.Subject().Masked(), e.masked)
	}
	have := ""
	switch {
	case c.Scheme() == credential.Unrecognised:
		have = "not-recognised"
	case c.Scheme() == credential.Place:
		have = "not-personal"
	case c.Err() != nil:
		have = "malformed"
	case c.Proof() == credential.Forged:
		have = "forged"
	case c.Proof() == credential.UnknownIssuer:
		have = "unknown-issuer"
	case c.Status() == credential.StatusRevoked:
		have = "revoked"
	case now.Before(c.NotBefore()):
		have = "not-yet-valid"
	case !c.NotAfter().IsZero() && !now.Before(c.NotAfter()):
		have = "expired"
	case c.Lapsed(now):
		have = "card-lapsed"
	}
	reasons := map[string]bool{"not-recognised": true, "not-personal": true, "malformed": true, "forged": true,
		"unknown-issuer": true, "revoked": true, "not-yet-valid": true, "expired": true, "card-lapsed": true}
	if have != "" && have != e.reason || have == "" && reasons[e.reason] {
		t.Errorf("%s: the credential says %q, want %s", name, have, e.reason)
	}
}

// TestPeople checks that the invented numbers are formally plausible, and that
// no two people share one.
func TestPeople(t *testing.T) {
	seen := map[string]bool{}
	statuses := map[string]bool{}
	for key, p := range people {
		statuses[p.listed.status] = true
		if len(p.number) != 12 || seen[p.number] {
			t.Errorf("%s: number is not 12 digits or not unique", key)
		}
		seen[p.number] = true
		sex := byte('0')
		if p.female {
			sex++
		}
		if p.year >= 2000 {
			sex += 2
		}
		if p.number[3] != sex || p.number[4:6] != p.birth("yyyy")[2:] {
			t.Errorf("%s: number does not fit sex and year of birth", key)
		}
		for _, r := range bare(p.name) {
			if r > 127 {
				t.Errorf("%s: the bare name keeps %q", key, r)
			}
		}
	}
	for _, s := range []string{"admit", "refuse", "watch", "refer", "absent"} {
		if !statuses[s] {
			t.Errorf("nobody has status %s", s)
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(read(t, "people.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		s, err := credential.ParseSubject(row[0])
		if err != nil {
			t.Errorf("people.csv: %v", err)
		} else if s.String() != row[0] {
			t.Errorf("people.csv: subject %s is not canonical", row[0])
		}
	}
}
