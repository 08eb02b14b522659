package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"chot/cmd/internal/command"
	"chot/cmd/internal/stick"
	"chot/sync/hub"
	"chot/sync/wire"
)

// A carried is one file that was brought, and what became of it.
type carried struct {
	File    string `json:"file"`
	Device  string `json:"device,omitempty"`
	From    uint64 `json:"from"`
	To      uint64 `json:"to"`
	Receipt string `json:"receipt,omitempty"` // the file written
	Error   string `json:"error,omitempty"`

	packed []byte
}

// importBundles takes bundles from a stick as if they had come over HTTPS, and
// writes a receipt for each. It works while the hub serves; a file that cannot
// be taken stops none of the others.
func importBundles(ctx context.Context, fs *flag.FlagSet, args []string) error {
	at := placeFlags(fs)
	receipts := fs.String("receipts", "", "write the receipts to this `folder`; default beside each bundle")
	asJSON := fs.Bool("json", false, "print one JSON object a file")
	if err := command.Parse(fs, args, 1, 1<<16); err != nil {
		return err
	}
	if *receipts != "" {
		if err := os.MkdirAll(*receipts, 0o755); err != nil {
			return err
		}
	}
	files, err := stick.Find(fs.Args(), wire.BundleExt)
	if err != nil {
		return err
	}
	// A person brings files one at a time; the limit is for devices on a link.
	h, err := at.openWith(hub.Options{Rate: 1e9, Burst: 1 << 30})
	if err != nil {
		return err
	}
	defer h.Close()
	bad := 0
	for _, c := range inOrder(files) {
		c.take(ctx, h, *receipts)
		if c.Error != "" {
			bad++
		}
		if err := c.print(*asJSON); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d files were not taken (see above); the devices keep their scans", bad, len(files))
	}
	return nil
}

// inOrder lists the files so that a device's bundles follow one another,
// however they are called.
func inOrder(files []string) []carried {
	all := make([]carried, len(files))
	for i, file := range files {
		all[i] = carried{File: file}
		packed, err := stick.Read(file, wire.MaxPacked)
		if err != nil {
			all[i].Error = err.Error()
			continue
		}
		b, err := wire.ParseBundle(packed)
		if err != nil {
			all[i].Error = noBundle(packed, err)
			continue
		}
		all[i].Device, all[i].From, all[i].To = b.Device, b.From, b.To()
		if len(files) <= 16 {
			all[i].packed = packed // else read again: a stick may hold more than there is memory
		}
	}
	slices.SortStableFunc(all, func(a, b carried) int {
		if d := strings.Compare(a.Device, b.Device); d != 0 || a.From == b.From {
			return d
		}
		if a.From < b.From {
			return -1
		}
		return 1
	})
	return all
}

// noBundle says why a file is none.
func noBundle(b []byte, err error) string {
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		return "this is longer than a bundle may be: it is not one, or was made to harm; nothing was taken"
	case len(b) == 0:
		return "the file is empty: copy it from the device again"
	case wire.KindOf(b) == wire.KindBundle:
		return "the bundle was cut short or changed on the way: export it again at the device, and eject the stick before pulling it"
	case wire.KindOf(b) == wire.KindReceipt:
		return "this is a receipt, not a bundle: take it to its device (chotctl import)"
	case wire.KindOf(b) == wire.KindEnrolment:
		return "this is an enrolment or another JSON file, not a bundle: bring what chotctl export wrote"
	}
	return "this is not a bundle: bring what chotctl export wrote; if it is one, update this program"
}

func (c *carried) take(ctx context.Context, h *hub.Hub, receipts string) {
	if c.Error != "" {
		return
	}
	packed := c.packed
	if packed == nil {
		var err error
		if packed, err = stick.Read(c.File, wire.MaxPacked); err != nil {
			c.Error = err.Error()
			return
		}
	}
	receipt, err := h.Take(ctx, packed)
	if err != nil {
		c.Error = c.refusal(err)
		return
	}
	claim, ok := wire.ClaimOf(receipt)
	if !ok {
		c.Error = "the hub's own receipt cannot be read: have its database examined"
		return
	}
	if receipts == "" {
		receipts = filepath.Dir(c.File)
	}
	path := filepath.Join(receipts, claim.FileName())
	if err := stick.Write(path, receipt); err != nil {
		c.Error = fmt.Sprintf("the scans were taken, but the receipt could not be written (%v): import again with --receipts and another folder", err)
		return
	}
	c.Receipt = path
}

// refusal says in a sentence why the hub did not take a bundle.
func (c *carried) refusal(err error) string {
	var p *wire.Problem
	if !errors.As(err, &p) {
		return fmt.Sprintf("the hub could not store it (%v); nothing was lost: import it again", err)
	}
	switch p.Code {
	case wire.UnknownDevice:
		return fmt.Sprintf("this hub does not know device %s: take the file to the hub it is enrolled with, or enrol the device here", c.Device)
	case wire.Gap:
		return fmt.Sprintf("it begins after %d scans of device %s, but this hub has %d: bring the earlier file too, or export again at the device", c.From, c.Device, p.Size)
	}
	return p.Title
}

func (c *carried) print(asJSON bool) error {
	switch {
	case asJSON:
		return json.NewEncoder(os.Stdout).Encode(c)
	case c.Error != "":
		fmt.Fprintf(os.Stderr, "%s: %s\n", c.File, c.Error)
	case c.From == c.To:
		fmt.Printf("%s: device %s, no scans; receipt %s\n", c.File, c.Device, c.Receipt)
	default:
		fmt.Printf("%s: device %s, scans %d to %d; receipt %s\n", c.File, c.Device, c.From, c.To-1, c.Receipt)
	}
	return nil
}
