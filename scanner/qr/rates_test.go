package qr

import (
	"flag"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// world is what cards, screens and paper look like at a gate: harsher than the
// rows of TestSynthetic, of all versions, levels and masks. least is the share of
// the long form's frames that must be read.
var world = []struct {
	name  string
	least float64
	shot  func(*rand.Rand) shot
}{
	{"any version", 1, func(rng *rand.Rand) shot { return shot{low: 1, high: 40, quiet: 4} }},
	{"module 2 px", 0, func(rng *rand.Rand) shot { return shot{module: 2, quiet: 4} }},
	{"module 1.4 px", 0, func(rng *rand.Rand) shot { return shot{module: 1.4, quiet: 4} }},
	{"mirrored or inverted", 0, func(rng *rand.Rand) shot {
		k := 1 + rng.IntN(3)
		return shot{mirrored: k&1 > 0, inverted: k&2 > 0, quiet: 3}
	}},
	{"no quiet zone, clutter", 0, func(rng *rand.Rand) shot { return shot{quiet: 0.7 * float64(rng.IntN(2)), busy: true} }},
	{"glare spot", 0, func(rng *rand.Rand) shot {
		return shot{glare: 0.12 + 0.08*rng.Float64(), quiet: 4, levels: "MQH", low: 3, high: 10}
	}},
	{"defocus 0.8", 0, func(rng *rand.Rand) shot { return shot{disc: 0.8, quiet: 4} }},
	{"defocus 1.0", 0, func(rng *rand.Rand) shot { return shot{disc: 1.0, quiet: 4} }},
	{"blur 0.6", 0, func(rng *rand.Rand) shot { return shot{gauss: 0.6, quiet: 4} }},
	{"motion 2", 0, func(rng *rand.Rand) shot { return shot{motion: 2, quiet: 4} }},
	{"motion 1.5, versions 11-25", 0, func(rng *rand.Rand) shot { return shot{motion: 1.5, quiet: 4, low: 11, high: 25} }},
	{"cylinder 50 degrees", 0, func(rng *rand.Rand) shot { return shot{curve: 50, quiet: 4} }},
	{"cylinder 45, versions 11-25", 0, func(rng *rand.Rand) shot { return shot{curve: 45, quiet: 4, low: 11, high: 25} }},
	{"cylinder 40, versions 26-40", 0, func(rng *rand.Rand) shot { return shot{curve: 40, quiet: 4, low: 26, high: 40} }},
	{"tilt 55-65", 0, func(rng *rand.Rand) shot { return shot{tilt: 55 + 10*rng.Float64(), module: 5, quiet: 4} }},
	{"crumpled", 0, func(rng *rand.Rand) shot { return shot{crumple: 0.6, module: 5, quiet: 4, low: 2, high: 12} }},
	{"JPEG 20-40", 0, func(rng *rand.Rand) shot { return shot{module: 2.5, quality: 20 + rng.IntN(21), quiet: 4} }},
	{"ink spread", 0, func(rng *rand.Rand) shot { return shot{ink: 0.28, gauss: 0.2, quiet: 4} }},
	{"ink shrunk", 0, func(rng *rand.Rand) shot { return shot{ink: -0.28, gauss: 0.2, quiet: 4} }},
	{"dots", 0, func(rng *rand.Rand) shot { return shot{dots: 0.38 + 0.1*rng.Float64(), quiet: 4} }},
	{"logo", 0, func(rng *rand.Rand) shot { return shot{logo: 0.26, levels: "H", quiet: 4, low: 3, high: 10} }},
	{"low light", 0, func(rng *rand.Rand) shot { return shot{contrast: 70, noise: 25, gauss: 0.35, quiet: 4} }},
	{"noise 60", 0, func(rng *rand.Rand) shot { return shot{noise: 60, quiet: 4} }},
	{"contrast 14", 0, func(rng *rand.Rand) shot { return shot{contrast: 14, quiet: 4} }},
	{"light falls to 8 %", 0, func(rng *rand.Rand) shot { return shot{slope: 0.08, quiet: 4} }},
	{"shadow 10 %", 0, func(rng *rand.Rand) shot { return shot{shadow: 0.1, quiet: 4} }},
	{"finder half covered", 0, func(rng *rand.Rand) shot { return shot{cover: 0.5, levels: "MQH", quiet: 4, low: 2, high: 10} }},
	{"finder covered", 0, func(rng *rand.Rand) shot { return shot{cover: 1, levels: "QH", quiet: 4, low: 2, high: 10} }},
	{"screen grid", 0, func(rng *rand.Rand) shot { return shot{grid: 2.1 + rng.Float64(), quiet: 4} }},
	{"cracked screen", 0, func(rng *rand.Rand) shot { return shot{cracks: 4, levels: "MQH", quiet: 4} }},
	{"small in 1080p", 0, func(rng *rand.Rand) shot { return shot{wide: 1920, tall: 1080, module: 1.7, quiet: 4} }},
	{"gate: a bit of all", 0, func(rng *rand.Rand) shot {
		return shot{low: 3, high: 14, module: 2.5 + 2*rng.Float64(), tilt: 40 * rng.Float64(), curve: 25 * rng.Float64(), gauss: 0.4 * rng.Float64(),
			motion: rng.Float64(), noise: 18 * rng.Float64(), contrast: 50 + 100*rng.Float64(), slope: 0.3 + 0.7*rng.Float64(), quality: 50 + rng.IntN(40), quiet: 2}
	}},
}

var (
	keep  = flag.String("keep", "", "folder to keep the frames of the world in, for other readers")
	peers = flag.Bool("peers", false, "gozxing's rates beside ours")
	only  = flag.String("row", "", "only the row of the world of this name")
)

// TestWorld photographs symbols as they are met, and prints how many of each row
// are read. No text may be wrong.
//
//	go test -run World -v ./scanner/qr -args -long -peers
func TestWorld(t *testing.T) {
	frames := 3
	if *long {
		frames = 40
	}
	var all, read atomic.Int64
	t.Run("rows", func(t *testing.T) {
		for k, row := range world {
			if *only != "" && *only != row.name {
				continue
			}
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				d := NewDecoder()
				good, other := 0, 0
				missed := ""
				var took time.Duration
				for i := range frames {
					rng := rand.New(rand.NewPCG(uint64(1000+k), uint64(i)))
					frame, want := shoot(t, rng, row.shot(rng))
					keepFrame(t, row.name, i, frame)
					if *peers && harder(frame) == want {
						other++
					}
					start := time.Now()
					symbols := d.Decode(frame, 0)
					took += time.Since(start)
					why := "-"
					hit := false
					for _, s := range symbols {
						switch {
						case s.Err != nil:
							why = fmt.Sprintf("v%d %v", s.Version, s.Err)
						case s.Text() == want:
							hit = true
						default:
							t.Errorf("frame %d: misread %q, want %q", i, s.Text(), want)
						}
					}
					if hit {
						good++
					} else {
						missed += fmt.Sprintf(" %d(%s)", i, why)
					}
				}
				all.Add(int64(frames))
				read.Add(int64(good))
				beside := ""
				if *peers {
					beside = fmt.Sprintf(", gozxing %d", other)
				}
				t.Logf("ROW %-28s %2d of %d%s, %.0f ms; missed%s", row.name, good, frames, beside, float64(took.Milliseconds())/float64(frames), missed)
				if *long && float64(good) < row.least*float64(frames) {
					t.Errorf("%d of %d read, want at least %.0f %%", good, frames, 100*row.least)
				}
			})
		}
	})
	t.Logf("WORLD %d of %d read", read.Load(), all.Load())
	if *only == "" && 100*read.Load() < 85*all.Load() {
		t.Errorf("%d of %d read, want at least 85 %%", read.Load(), all.Load())
	}
}

func keepFrame(t *testing.T, row string, i int, g *image.Gray) {
	if *keep == "" {
		return
	}
	dir := filepath.Join(*keep, row)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%02d.png", i)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, g); err != nil {
		t.Fatal(err)
	}
}

// harder is gozxing with all it has: both binarizers, and the picture inverted.
func harder(g *image.Gray) string {
	src := newSource(g, new([]byte))
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	for _, b := range []gozxing.Binarizer{
		gozxing.NewHybridBinarizer(src), gozxing.NewGlobalHistgramBinarizer(src), gozxing.NewHybridBinarizer(src.Invert()),
	} {
		if bitmap, err := gozxing.NewBinaryBitmap(b); err == nil {
			if r, err := qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
				return r.GetText()
			}
		}
	}
	return ""
}
