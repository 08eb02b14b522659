package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"chot/scanner/qr"
)

// TestDecodePictures decodes one of the sample pictures in three formats and
// wants the same text of all.
func TestDecodePictures(t *testing.T) {
	sample := filepath.Join("..", "..", "assets", "samples", "01-cccd-admit.jpg")
	gray, err := openGray(sample)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var pgm, file bytes.Buffer
	w, h := gray.Rect.Dx(), gray.Rect.Dy()
	fmt.Fprintf(&pgm, "P5\n# a comment\n%d %d\n255\n", w, h)
	plain := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		copy(plain.Pix[y*w:], gray.Pix[y*gray.Stride:][:w])
	}
	pgm.Write(plain.Pix)
	if err := png.Encode(&file, plain); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"a.pgm": pgm.Bytes(), "a.png": file.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := ""
	for _, path := range []string{sample, filepath.Join(dir, "a.pgm"), filepath.Join(dir, "a.png")} {
		var out bytes.Buffer
		line := decodePicture(path, 2, 0)
		if err := printDecoded(&out, line, true); err != nil {
			t.Fatal(err)
		}
		var have struct {
			Path    string
			Ms      float64
			Texts   []string
			Symbols []struct {
				Corners [4][2]float32
				Version int
				ECC     string
				Error   *string
			}
		}
		if err := json.Unmarshal(out.Bytes(), &have); err != nil {
			t.Fatal(err)
		}
		if len(have.Texts) != 1 || len(have.Symbols) != 1 || have.Path != path || !(have.Ms > 0) {
			t.Fatalf("%s: %s", filepath.Base(path), out.Bytes())
		}
		if s := have.Symbols[0]; s.Error == nil || *s.Error != "" || s.Version < 1 || s.ECC == "" || s.Corners[0] == s.Corners[2] {
			t.Errorf("%s: %s", filepath.Base(path), out.Bytes())
		}
		if want == "" {
			want = have.Texts[0]
		}
		if have.Texts[0] != want {
			t.Errorf("%s: another text", filepath.Base(path))
		}
	}
}

func TestDecodeRefusesOddPictures(t *testing.T) {
	for _, raw := range []string{"", "P5", "P5 1", "P5 9 9 255\n", "P5 1 1 65535\n  ", "P5 99999999999999 1 255\n ", "P5 0 0 255\n", "nothing"} {
		path := filepath.Join(t.TempDir(), "odd")
		if err := os.WriteFile(path, []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
		if line := decodePicture(path, 1, 0); line.Error == "" {
			t.Errorf("%q is a picture", raw)
		}
	}
}

// TestTroublesHaveNames holds that whatever keeps a symbol from being read is
// named in the output, and that nothing is where it was read.
func TestTroublesHaveNames(t *testing.T) {
	for trouble := qr.NoTrouble; trouble <= qr.Glaring; trouble++ {
		if (troubles[trouble] != "") != (trouble != qr.NoTrouble) {
			t.Errorf("trouble %d is called %q", trouble, troubles[trouble])
		}
	}
}
