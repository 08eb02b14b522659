package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"chot/cmd/internal/android"
	"chot/cmd/internal/station"
)

// A handheld has a camera and, where it is a rugged one, a scan key. What acts as
// a keyboard types into the window.
func usualSources() station.Sources {
	return station.Sources{Cameras: []string{"auto"}, Intents: []string{"auto"}}
}

// broadcasts are where its scan key is heard.
func broadcasts() station.Broadcasts { return android.TheAir() }

// The system may start this process for its job alone; main then never runs.
func init() { android.SetJob(carry) }

// carry sends what waits and fetches what is needed, unless the operator looks.
func carry(ctx context.Context, host android.Host, files string, metered, batteryLow bool) time.Duration {
	ctx, release, ok := android.TheLife().Round(ctx)
	if !ok {
		return station.Round{Yielded: true}.Next()
	}
	defer release()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	o := station.Options{Log: log}
	(&hand{host: host}).equip(&o)
	round, err := station.SyncOnce(ctx, filepath.Join(files, "site"), station.Network{Metered: metered, BatteryLow: batteryLow}, o)
	if err != nil {
		log.Error("background round", "err", err) // the window says it, when it is opened
	}
	return round.Next()
}
