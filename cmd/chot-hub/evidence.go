package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"chot/cmd/internal/command"
	"chot/sync/wire"
)

// A kept bundle, as JSON.
type kept struct {
	Device string    `json:"device"`
	At     time.Time `json:"at"`
	Kind   wire.Code `json:"kind"`
	From   uint64    `json:"from"`
	To     uint64    `json:"to"`
	Head   string    `json:"head"`   // signed by the device: its own contradiction
	Digest string    `json:"digest"` // SHA-256 of the bundle's content, hex
	File   string    `json:"file,omitempty"`
}

// evidence lists what devices signed and the hub refused. Each bundle is
// whole: with the device's public key anyone can check who signed it.
func evidence(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	out := fs.String("out", "", "also write every bundle into `FOLDER`")
	asJSON := fs.Bool("json", false, "print JSON, a line a bundle")
	if err := command.Parse(fs, args, 0, 1); err != nil {
		return err
	}
	h, err := at.openExisting()
	if err != nil {
		return err
	}
	defer h.Close()
	all, err := h.Evidence(ctx, fs.Arg(0))
	if err != nil {
		return err
	}
	if *out != "" {
		if err := os.MkdirAll(*out, 0o700); err != nil {
			return err
		}
	}
	for _, e := range all {
		b, err := wire.ParseBundle(e.Bundle)
		if err != nil {
			return fmt.Errorf("read evidence of %s: %w", e.Device, err)
		}
		k := kept{Device: e.Device, At: e.At, Kind: e.Kind, From: b.From, To: b.To(), Head: string(b.Head), Digest: hex.EncodeToString(e.Digest[:])}
		if *out != "" {
			k.File = filepath.Join(*out, fmt.Sprintf("%s-%s.bundle", k.Device, k.Digest[:16]))
			if err := os.WriteFile(k.File, e.Bundle, 0o600); err != nil {
				return err
			}
		}
		if *asJSON {
			err = json.NewEncoder(os.Stdout).Encode(k)
		} else {
			_, err = fmt.Printf("%s  %s  entries %d to %d, received %s, SHA-256 %s  %s\n", k.Device, k.Kind, k.From, k.To, k.At.Local().Format(time.DateTime), k.Digest, k.File)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
