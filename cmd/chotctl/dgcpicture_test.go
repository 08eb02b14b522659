package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/draw"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"chot/scanner/qr"
)

// shared is a folder of the vectors that lie beside the repository. Without them a
// test is skipped, in CI it fails.
func shared(t *testing.T, elem ...string) string {
	t.Helper()
	dir := os.Getenv("CHOT_SHARED")
	for up, err := filepath.Abs("."); dir == "" && err == nil && filepath.Dir(up) != up; up = filepath.Dir(up) {
		if info, err := os.Stat(filepath.Join(up, "shared")); err == nil && info.IsDir() {
			dir = filepath.Join(up, "shared")
		}
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); dir == "" || err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no vectors at %q: set CHOT_SHARED", path)
		}
		t.Skipf("no vectors at %q: set CHOT_SHARED to run this test", path)
	}
	return path
}

// TestCertificatePictures: the published certificates' pictures hold the published
// text, where they say that they do (EXPECTEDPICTUREDECODE). The other
// expectations are scanner/credential's to hold.
func TestCertificatePictures(t *testing.T) {
	decoder := qr.NewDecoder()
	want, got, missing := map[bool]int{}, map[bool]int{}, 0
	err := filepath.WalkDir(shared(t, "data", "dgc"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var v struct {
			Prefix   string
			Picture  string          `json:"2DCODE"`
			Other    string          `json:"_2DCODE"` // as three files write it
			Expected map[string]bool `json:"EXPECTEDRESULTS"`
		}
		if err := json.Unmarshal(text, &v); err != nil {
			return err
		}
		expected, stated := v.Expected["EXPECTEDPICTUREDECODE"]
		if !stated {
			return nil
		}
		if v.Picture += v.Other; v.Picture == "" && expected {
			missing++
			return nil
		}
		want[expected]++
		read := false
		if raw, err := base64.StdEncoding.DecodeString(v.Picture); err == nil {
			if img, err := png.Decode(bytes.NewReader(raw)); err == nil {
				gray := image.NewGray(img.Bounds())
				draw.Draw(gray, gray.Bounds(), image.White, image.Point{}, draw.Src)
				draw.Draw(gray, gray.Bounds(), img, img.Bounds().Min, draw.Over)
				for _, s := range decoder.Decode(gray, 0) {
					read = read || s.Err == nil && string(s.Bytes) == v.Prefix
				}
			}
		}
		if read == expected {
			got[expected]++
		} else {
			t.Errorf("%s: read %v, expected %v (%d bytes of picture)", path, read, expected, len(v.Picture))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("pictures read as published: %d of %d; not readable as published: %d of %d; without a picture: %d", got[true], want[true], got[false], want[false], missing)
	if want[true] != 93 || want[false] != 1 || missing != 5 {
		t.Errorf("other vectors than the test knows: %v", want)
	}
}
