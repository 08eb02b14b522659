package assets_test

import (
	"os"
	"strings"
	"testing"

	"chot/assets"
)

func readStrings(t *testing.T, language string) string {
	t.Helper()
	b, err := os.ReadFile("strings/" + language + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFontsAreTrueTypeAndLicensed(t *testing.T) {
	regular, bold, err := assets.Fonts()
	if err != nil {
		t.Fatal(err)
	}
	for name, font := range map[string][]byte{"Regular": regular, "Bold": bold} {
		// OpenType §4: a TrueType file begins with the version 1.0.
		if len(font) < 100_000 || string(font[:4]) != "\x00\x01\x00\x00" {
			t.Errorf("%s is not a TrueType font", name)
		}
	}
	if !strings.Contains(assets.FontLicence, "SIL OPEN FONT LICENSE Version 1.1") || !strings.Contains(assets.FontLicence, "Copyright") {
		t.Error("the fonts' licence is not beside them")
	}
}
