package scanner_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"chot/scanner/roster"
)

// buildList builds and opens a real list of the given rows.
func buildList(t *testing.T, rows ...roster.Row) *roster.Roster {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.roster")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	key := roster.GenerateKey()
	m, err := roster.Build(f, roster.Manifest{
		Name: "demo", Authority: "test", Version: 3, Epoch: 1, Issued: noon.Add(-time.Hour),
		StaleAfter: day, ExpireAfter: 7 * day,
	}, key, func(yield func(roster.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := roster.Open(path, m, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}
