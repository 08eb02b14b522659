package qr

import (
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// seed reads a file of the Go fuzzer's corpus format.
func seed(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(strings.TrimSpace(string(raw)), "[]byte(")
	if !ok {
		t.Fatalf("%s is no seed", path)
	}
	s, err := strconv.Unquote(strings.TrimSuffix(rest, ")"))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return []byte(s)
}

// writeSeeds makes the committed seeds again:
//
//	CHOT_WRITE_SEEDS=1 go test -run Seeds ./scanner/qr
func writeSeeds(t *testing.T) {
	dir := filepath.Join("testdata", "fuzz", "FuzzDecode")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(13, 14))
	short := encode(t, "CHOT", levelL, nil)
	dark := framed(short, 2)
	for i, v := range dark.Pix {
		dark.Pix[i] = 255 - v
	}
	speckled := framed(encode(t, "noise", levelH, nil), 3)
	for i := range speckled.Pix {
		speckled.Pix[i] = byte(max(0, int(speckled.Pix[i])-rng.IntN(60)))
	}
	torn := framed(encode(t, "torn away", levelL, nil), 2)
	for i := len(torn.Pix) / 2; i < len(torn.Pix)*3/4; i++ {
		torn.Pix[i] = 128
	}
	curved, _ := shoot(t, rand.New(rand.NewPCG(81, 1)), shot{low: 3, high: 3, levels: "H", module: 4, curve: 40, quiet: 4, wide: 220, tall: 200})
	shaded, _ := shoot(t, rand.New(rand.NewPCG(81, 2)), shot{low: 2, high: 2, levels: "H", module: 3, shadow: 0.1, quiet: 4, wide: 150, tall: 140})
	smeared, _ := shoot(t, rand.New(rand.NewPCG(81, 3)), shot{low: 2, high: 2, levels: "H", module: 3, motion: 1.6, quiet: 4, wide: 150, tall: 140})
	glaring, _ := shoot(t, rand.New(rand.NewPCG(81, 4)), shot{low: 3, high: 3, levels: "H", module: 3, glare: 0.15, quiet: 4, wide: 160, tall: 150})
	for name, g := range map[string]*image.Gray{
		"curved": curved, "shaded": shaded, "smeared": smeared, "glaring": glaring,
		"short": framed(short, 2), "one-pixel-modules": framed(short, 1), "inverted": dark,
		"mirrored": framed(short.mirrored(), 2), "turned": turn(framed(short, 2), 1), "speckled": speckled, "torn": torn,
		"kanji":  framed(encodeBits(t, bitsOf(8, 4, 2, 8, 0x0D9F, 13, 0x1AAA, 13)), 2),
		"append": framed(encodeBits(t, bitsOf(3, 4, 1, 4, 3, 4, 0xAB, 8, 7, 4, 26, 8, 4, 4, 1, 8, 'z', 8)), 2),
		"noise":  noise(rng, 90, 60, 90),
	} {
		raw := append([]byte{byte(g.Rect.Dx()), 0}, g.Pix...)
		text := fmt.Sprintf("go test fuzz v1\n[]byte(%+q)\n", raw)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
