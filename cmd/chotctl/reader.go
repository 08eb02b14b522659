package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"chot/cmd/internal/card"
	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
	"chot/cmd/internal/symbol"
)

// readerCommand tests a reader with a card that holds every Vietnamese letter.
func readerCommand(ctx context.Context, fs *flag.FlagSet, args []string) error {
	if _, rest, err := command.Verb(args, "test"); err != nil {
		return err
	} else {
		args = rest
	}
	out := fs.String("out", "", "save the card as a PNG `file`, to print or to show on a phone")
	wait := fs.Duration("wait", time.Minute, "how long to wait for the card to be read")
	asJSON := fs.Bool("json", false, "print JSON")
	verbose := fs.Bool("v", false, "log what happens to standard error")
	var sources station.Sources
	sources.Flags(fs)
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	if *out != "" {
		picture, err := symbol.PNG(card.Text)
		if err != nil {
			return err
		}
		if err := os.WriteFile(*out, picture, 0o644); err != nil {
			return err
		}
	}
	if sources.Empty() {
		if *out == "" {
			return printCard()
		}
		fmt.Printf("the card is in %s; now name the reader, as in: chotctl reader test --serial /dev/ttyUSB0,9600\n", *out)
		return nil
	}
	if *out == "" && !*asJSON {
		if err := printCard(); err != nil {
			return err
		}
	}
	log := slog.New(slog.DiscardHandler)
	if *verbose {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	read, err := readOnce(ctx, station.Options{Sources: sources, Log: log}, *wait)
	if err != nil {
		return err
	}
	return report(read, card.Examine(read.Bytes), *asJSON)
}

// printCard shows the card in the terminal.
func printCard() error {
	text, err := symbol.Text(card.Text)
	if err != nil {
		return err
	}
	fmt.Print(text)
	fmt.Println(card.Text)
	fmt.Println("Hold the reader to this code; where it cannot read a screen, print it: chotctl reader test --out card.png")
	return nil
}

// readOnce waits for the first thing any of the sources reads.
func readOnce(ctx context.Context, o station.Options, wait time.Duration) (station.Read, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	read := make(chan station.Read, 1)
	troubles, err := newWatch(os.Stderr)
	if err != nil {
		return station.Read{}, err
	}
	o.Observe = func(e station.Event) {
		switch e := e.(type) {
		case station.Changed:
			troubles.now(e.State.Faults)
		case station.Lost:
			fmt.Fprintln(os.Stderr, e.Err)
		}
	}
	err = station.Look(ctx, station.DefaultConfig(), o, func(r station.Read) {
		select {
		case read <- r:
			cancel()
		default:
		}
	})
	select {
	case r := <-read:
		return r, nil
	default:
	}
	if err == nil {
		err = errors.New("nothing was read: is the reader on, and does its light come when it is held to the card? See -v for what it does")
	}
	return station.Read{}, err
}

// report says what became of the card's text.
func report(r station.Read, f card.Finding, asJSON bool) error {
	if asJSON {
		err := json.NewEncoder(os.Stdout).Encode(struct {
			Source  string   `json:"source"`
			Fits    bool     `json:"fits"`
			Garbled []string `json:"garbled"`
			Means   string   `json:"means"`
			Do      string   `json:"do"`
		}{r.Source, f.Fits, append([]string{}, f.Garbled...), f.Means, f.Do})
		if err != nil {
			return err
		}
	} else {
		fmt.Printf("%s read %d bytes.\n", r.Source, len(r.Bytes))
		if len(f.Garbled) > 0 {
			fmt.Printf("Garbled: %s\n", strings.Join(f.Garbled, ", "))
		}
		fmt.Printf("%s %s\n", f.Means, f.Do)
	}
	if !f.Fits {
		return errors.New("the reader garbles what it reads; see above what to change, then test again")
	}
	return nil
}
