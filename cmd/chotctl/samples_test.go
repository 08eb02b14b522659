package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chot/assets"
)

// TestSamplesAsExpected scans every sample photograph and holds the verdicts
// against the committed table: one row for each code that can be read, none
// for a picture without one.
func TestSamplesAsExpected(t *testing.T) {
	site := newSite(t)
	table, err := assets.Samples.ReadFile("samples/expected.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil || len(rows) < 25 {
		t.Fatalf("%d rows in the table of expectations: %v", len(rows), err)
	}
	var want []string
	for _, row := range rows[1:] {
		want = append(want, strings.Join(row, " "))
	}

	frames := site.path("samples")
	var got []string
	read := map[string]bool{}
	for _, l := range lines(t, done(t, chotctl("scan", "--site", site.path("device"), "--frames", frames, "--json", "--offline"))) {
		read[l.File] = true
		if l.Outcome == "" {
			if l.Codes == nil || *l.Codes != 0 {
				t.Errorf("%+v is neither a scan nor a picture without a code", l)
			}
			continue
		}
		if l.Seq == nil || *l.Seq != uint64(len(got)) || l.MS <= 0 {
			t.Errorf("%s: sequence number or time is missing: %+v", l.File, l)
		}
		got = append(got, fmt.Sprintf("%s %d %s %s %s %s", l.File, *l.Index, l.Outcome, l.Reason, l.Scheme, l.ID))
	}
	if !slices.Equal(got, want) {
		t.Errorf("verdicts differ from assets/samples/expected.csv.\ngot:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
	pictures, err := fs.Glob(assets.Samples, "samples/*.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures {
		if !read[filepath.Base(p)] {
			t.Errorf("%s: no line", filepath.Base(p))
		}
	}
	if st := site.verified(t); st.Size != uint64(len(want)) {
		t.Errorf("the journal holds %d entries, want %d", st.Size, len(want))
	}
}

// TestTheDemonstration runs what make run does without a display, twice: the
// second run finds the first one's site.
func TestTheDemonstration(t *testing.T) {
	site := demoSite{dir: filepath.Join(t.TempDir(), "site")}
	var stderr strings.Builder
	cmd := chotctl("demo", "--no-window", site.dir)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("the first run: %v, and on standard error: %q", err, stderr.String())
	}
	first := string(out)
	for _, want := range []string{"1000 invented people", "enrolled at https://127.0.0.1:", "ADMIT", "REFUSE", "REFER", "forged", "the hub has given receipts for 32.", "32 scans from 1 device", "head 32 "} {
		if !strings.Contains(first, want) {
			t.Errorf("the first run does not say %q:\n%s", want, first)
		}
	}
	second := done(t, chotctl("demo", "--no-window", site.dir))
	for _, want := range []string{"enrolled before", "64 scans from 1 device", "head 64 "} {
		if !strings.Contains(second, want) {
			t.Errorf("the second run does not say %q:\n%s", want, second)
		}
	}
	for _, number := range []string{"001190123456", "Nguyễn Thị", "079092007788"} {
		if strings.Contains(first+second, number) {
			t.Errorf("the output shows %q", number)
		}
	}
}
