package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
)

// journal checks a station's journal and says what is in it.
func journal(_ context.Context, fs *flag.FlagSet, args []string) error {
	what, args, err := command.Verb(args, "verify", "stats")
	if err != nil {
		return err
	}
	site := fs.String("site", "site/device", "the device's `folder`; no scanner may be running in it")
	asJSON := fs.Bool("json", false, "print JSON")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	j, _, err := station.Journal(*site)
	if err != nil {
		return err
	}
	defer j.Close()
	if what == "verify" {
		if err := j.Verify(); err != nil {
			return err
		}
	}
	s := j.Stats()
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(struct {
			Size         uint64 `json:"size"`
			Acknowledged uint64 `json:"acknowledged"`
			First        uint64 `json:"first"`
			Bytes        int64  `json:"bytes"`
			Verified     bool   `json:"verified"`
		}{s.Size, s.Acknowledged, s.Pruned, s.Bytes, what == "verify"})
	}
	if what == "verify" {
		fmt.Printf("every entry is what was written, in order, under the device's signed head\n")
	}
	fmt.Printf("entries %d, receipted %d, waiting %d, kept from %d on, %d kB of at most %d kB\n",
		s.Size, s.Acknowledged, s.Unsent(), s.Pruned, s.Bytes>>10, s.MaxSize>>10)
	if head := j.Head(); head != nil {
		fmt.Printf("%s", head)
	}
	return nil
}
