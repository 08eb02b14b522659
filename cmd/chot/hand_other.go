//go:build !android

package main

import (
	"context"
	"os"
	"time"

	"chot/cmd/internal/station"
	"chot/scanner"
	"chot/ui"
)

// A hand is what holds the program: on a kiosk nobody's. See hand_android.go
// for what each of its methods does.
type hand struct{}

// arguments are the command line's.
func arguments() []string { return os.Args[1:] }

func (*hand) take(context.Context) error { return nil }

func (*hand) settings(*ui.Settings) {}

func (*hand) front(ctx context.Context, _ *kiosk) (context.Context, func(), error) {
	return ctx, func() {}, nil
}

func (*hand) prepare(context.Context, *kiosk) error { return nil }

func (*hand) equip(*station.Options) {}

func (*hand) drawing(*ui.UI, ui.Snapshot) {}

func (*hand) used(time.Time) {}

func (*hand) feel(bool) {}

func (*hand) verdict(scanner.Verdict) {}

func (*hand) explain(faults []scanner.Fault) []scanner.Fault { return faults }

func (*hand) lacks() []scanner.Fault { return nil }

func (*hand) do(any) bool { return false }
