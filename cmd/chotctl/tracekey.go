package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"chot/cmd/internal/command"
	"chot/scanner/seal"
)

// traceKey makes the pair whose public half seals every entry. The private
// half belongs to the authority, offline; no device and no hub needs it.
func traceKey(_ context.Context, fs *flag.FlagSet, args []string) error {
	out := fs.String("out", "trace.key", "write the private key to `FILE` (mode 0600) and the public one to FILE.pub")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	public, err := makeTraceKey(*out)
	if err != nil {
		return err
	}
	fmt.Printf("wrote %s (keep it offline: it opens every sealed entry) and %s.pub\ntrace key id %s\n", *out, *out, public.ID())
	return nil
}

func makeTraceKey(path string) (seal.TracePublicKey, error) {
	key, err := seal.GenerateTraceKey()
	if err != nil {
		return seal.TracePublicKey{}, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return seal.TracePublicKey{}, fmt.Errorf("%w; an existing trace key is never overwritten: choose another --out", err)
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, key.Text()); err != nil {
		return seal.TracePublicKey{}, err
	}
	if err := f.Sync(); err != nil {
		return seal.TracePublicKey{}, err
	}
	return key.Public(), os.WriteFile(path+".pub", []byte(key.Public().String()+"\n"), 0o644)
}
