package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
)

// fetch brings lists and trust once, from the hub or from a folder: the same
// repository on a USB stick.
func fetch(ctx context.Context, fs *flag.FlagSet, args []string) error {
	site := fs.String("site", "site/device", "the device's `folder`; no scanner may be running in it")
	from := fs.String("from", "", "a repository `folder`, such as one on a stick; default the hub")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	return fetchLists(ctx, *site, *from)
}

// fetchLists brings lists and says which one is in use now.
func fetchLists(ctx context.Context, site, from string) error {
	s, err := station.Open(site, station.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.FetchLists(ctx, from); err != nil {
		return err
	}
	st := s.State()
	if st.List == "" {
		return fmt.Errorf("nothing was fetched: the hub's grant names no list; have it grant one and enrol again")
	}
	fmt.Printf("list %s version %d, confirmed %s\n", st.List, st.ListVersion, st.ListConfirmed.Local().Format(time.DateTime))
	return nil
}
