package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
	"chot/scanner/roster"
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

// fetchLists brings lists and says which ones are in use now.
func fetchLists(ctx context.Context, site, from string) error {
	bar := &listBar{}
	s, err := station.Open(site, station.Options{Observe: bar.event})
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.FetchLists(ctx, from)
	bar.end()
	if err := sayLists(s, err); err == nil || from == "" {
		return err
	}
	return fmt.Errorf("fetch from %s: %w", from, err)
}

// sayLists says which lists are in use after a fetch that ended with err, and
// returns why nothing was fetched.
func sayLists(s *station.Station, err error) error {
	lists := s.State().Lists
	if len(lists) == 0 {
		return errors.Join(err, fmt.Errorf("nothing was fetched: the hub's grant names no list; have it grant one and enrol again"))
	}
	for _, l := range lists {
		switch {
		case l.List != "":
			age := ""
			if l.Age != roster.Fresh {
				age = ", " + l.Age.String()
			}
			fmt.Printf("list %s version %d, confirmed %s%s\n", l.List, l.Version, l.Confirmed.Local().Format(time.DateTime), age)
		case err != nil:
			fmt.Printf("list %s is not here yet\n", l.Name)
		}
	}
	return err
}

// A listBar shows a bar for each list that is under way.
type listBar struct {
	list string
	bar  *progress
}

func (b *listBar) event(e station.Event) {
	f, ok := e.(station.Fetching)
	if !ok {
		return
	}
	if f.List != b.list || b.bar == nil || f.Total != b.bar.total {
		b.end()
		b.list, b.bar = f.List, newProgress(f.List, f.Total)
	}
	b.bar.add(f.Done - b.bar.done)
}

func (b *listBar) end() {
	if b.bar != nil {
		b.bar.end()
		b.bar = nil
	}
}
