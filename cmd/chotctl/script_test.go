package main

import (
	"image"
	"image/draw"
	"image/png"
	"os"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"chot/scanner/qr"
)

// TestScripts runs the program as a person would, one script for each thing that a
// person wants done.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		// A mistake in a script that hides a failure is worse than a failure.
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", programs+string(os.PathListSeparator)+env.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"qrtext": qrtext, "hub": serveHub, "field": field, "envfield": envfield, "garble": garble,
		},
	})
}

// qrtext PICTURE FILE: the symbol in the picture holds exactly the file's bytes.
func qrtext(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: qrtext PICTURE FILE")
	}
	f, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	img, err := png.Decode(f)
	ts.Check(err)
	gray := image.NewGray(img.Bounds())
	draw.Draw(gray, gray.Bounds(), img, img.Bounds().Min, draw.Src)
	symbols := qr.NewDecoder().Decode(gray, 0)
	same := len(symbols) == 1 && symbols[0].Err == nil && string(symbols[0].Bytes) == ts.ReadFile(args[1])
	if same == neg {
		ts.Fatalf("%d symbols, the same: %v", len(symbols), same)
	}
}

// hub DATA REPOSITORY: a hub serves, and $HUB is its address, until the script ends.
func serveHub(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: hub DATA REPOSITORY")
	}
	cmd := chotHub("serve", "--data", ts.MkAbs(args[0]), "--repository", ts.MkAbs(args[1]), "--listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { cmd.Process.Kill(); cmd.Wait() })
	line := make([]byte, 256)
	n, err := out.Read(line)
	ts.Check(err)
	address := regexp.MustCompile(`https://[0-9.:]+`).Find(line[:n])
	if address == nil {
		ts.Fatalf("the hub says %q", line[:n])
	}
	ts.Setenv("HUB", string(address))
}
