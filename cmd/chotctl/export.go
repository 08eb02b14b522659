package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"
	"chot/cmd/internal/stick"
	"chot/sync/uplink"
	"chot/sync/wire"
)

// export writes what no hub has acknowledged as bundles, the same bytes that
// would go over HTTPS. The journal's cursor stays: only a receipt moves it.
func export(_ context.Context, fs *flag.FlagSet, args []string) error {
	site := fs.String("site", "site/device", "the device's `folder`; no scanner may be running in it")
	to := fs.String("to", "", "a `folder`, such as a stick's, or the name of a file when all fits in one bundle")
	asJSON := fs.Bool("json", false, "print JSON")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	if *to == "" {
		return fmt.Errorf("%w: say with --to where to write", command.ErrUsage)
	}
	files, entries, err := exportAll(*site, *to)
	if err != nil && len(files) == 0 {
		return err
	}
	if *asJSON {
		return errors.Join(json.NewEncoder(os.Stdout).Encode(struct {
			Entries uint64   `json:"entries"`
			Files   []string `json:"files"`
		}{entries, files}), err)
	}
	if len(files) == 0 {
		fmt.Println("nothing to export: the hub has given a receipt for every scan")
		return nil
	}
	fmt.Printf("%d scans in %d %s:\n  %s\ntake them to the hub: chot-hub import %s\nand bring the receipts back: chotctl import --site %s %s\n",
		entries, len(files), plural(len(files), "file"), strings.Join(files, "\n  "), *to, *site, filepath.Dir(files[0]))
	return err
}

// exportAll exports a device's journal, and those of devices that its folder
// was before; one that cannot be had keeps back none of the others.
func exportAll(site, to string) (files []string, entries uint64, err error) {
	carriers, err := station.OpenCarriers(site, station.Options{})
	if len(carriers) == 0 {
		return nil, 0, err
	}
	defer carriers.Close()
	waiting := 0
	for _, c := range carriers {
		if c.Journal.Stats().Unsent() > 0 {
			waiting++
		}
	}
	if info, err := os.Stat(to); waiting > 1 && !(err == nil && info.IsDir()) && !strings.HasSuffix(to, string(filepath.Separator)) {
		return nil, 0, fmt.Errorf("there are scans of %d devices that this folder was, so one file will not do: name a folder with --to", waiting)
	}
	for _, c := range carriers {
		more, n, exported := c.Export(to, nil)
		files, entries, err = append(files, more...), entries+n, errors.Join(err, exported)
	}
	return files, entries, err
}

// importReceipts takes the receipts a stick brought back.
func importReceipts(_ context.Context, fs *flag.FlagSet, args []string) error {
	site := fs.String("site", "site/device", "the device's `folder`; no scanner may be running in it")
	asJSON := fs.Bool("json", false, "print JSON")
	if err := command.Parse(fs, args, 1, 1<<16); err != nil {
		return err
	}
	carriers, unopened := station.OpenCarriers(*site, station.Options{})
	if len(carriers) == 0 {
		return unopened
	}
	defer carriers.Close()
	files, err := stick.Find(fs.Args(), wire.ReceiptExt)
	if err != nil {
		return err
	}
	stats := func() (size, acknowledged uint64) {
		for _, c := range carriers {
			s := c.Journal.Stats()
			size, acknowledged = size+s.Size, acknowledged+s.Acknowledged
		}
		return size, acknowledged
	}
	_, before := stats()
	bad := 0
	for _, file := range files {
		note, err := importReceipt(file, carrierFor(file, carriers), named(fs.Args(), file))
		switch {
		case err != nil:
			bad++
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
		case !*asJSON && note != "":
			fmt.Printf("%s: %s\n", file, note)
		}
	}
	size, acknowledged := stats()
	if err := reportImport(os.Stdout, *asJSON, size, before, acknowledged); err != nil {
		return err
	}
	if unopened != nil {
		return unopened
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d files were not taken (see above); the scans they were for are kept and can be exported again", bad, len(files))
	}
	return nil
}

// carrierFor is whose receipt a file claims to be, the device's own if nobody's.
func carrierFor(file string, carriers station.Carriers) station.Carrier {
	text, err := stick.Read(file, 4096)
	if claim, ok := wire.ClaimOf(text); err == nil && ok {
		for _, c := range carriers {
			if c.Device.ID() == claim.Device {
				return c
			}
		}
	}
	return carriers[0]
}

// named reports whether a person named this file itself, not its folder.
func named(args []string, file string) bool {
	for _, a := range args {
		if a == file {
			return true
		}
	}
	return false
}

func reportImport(w io.Writer, asJSON bool, size, before, acknowledged uint64) error {
	if asJSON {
		return json.NewEncoder(w).Encode(struct {
			Size         uint64 `json:"size"`
			Before       uint64 `json:"before"`
			Acknowledged uint64 `json:"acknowledged"`
		}{size, before, acknowledged})
	}
	_, err := fmt.Fprintf(w, "%d scans receipted anew; %d of %d have a receipt, %d wait\n", acknowledged-before, acknowledged, size, size-acknowledged)
	return err
}

// importReceipt takes one file. In a folder, other devices' receipts are
// passed over: a stick makes the round of several gates.
func importReceipt(file string, c station.Carrier, named bool) (note string, err error) {
	const longest = 4096 // many times a receipt
	text, err := stick.Read(file, longest)
	if err != nil {
		return "", err
	}
	claim, ok := wire.ClaimOf(text)
	switch kind := wire.KindOf(text); {
	case kind == wire.KindBundle:
		return "", errors.New("this is a bundle, not a receipt: take it to the hub (chot-hub import) and bring back what that writes")
	case kind != wire.KindReceipt:
		return "", errors.New("this is not a receipt: bring the files that chot-hub import wrote")
	case !ok:
		return "", errors.New("the receipt was cut short or changed: copy it from the hub again")
	case claim.Device != c.Device.ID() && !named:
		return fmt.Sprintf("passed over, it is device %s's", claim.Device), nil
	case claim.Device != c.Device.ID():
		return "", fmt.Errorf("the receipt is for device %s, this is device %s: import it there", claim.Device, c.Device.ID())
	}
	before := c.Journal.Stats()
	r, err := uplink.Import(c.Journal, c.Device, c.Hub, text)
	switch {
	case errors.Is(err, wire.ErrOtherHub):
		return "", fmt.Errorf("another hub gave this receipt, not the one this device is enrolled with (key %s): take the bundle to that one", c.Hub.ID())
	case errors.Is(err, wire.ErrReceipt):
		return "", errors.New("the receipt was cut short or changed: copy it from the hub again")
	case err != nil && claim.Size > before.Size:
		return "", fmt.Errorf("the receipt is for %d scans but this journal holds %d: was it replaced by an older copy? Keep the folder and have the device examined", claim.Size, before.Size)
	case err != nil:
		return "", station.Sentence(err)
	case r.Size() < before.Acknowledged:
		return fmt.Sprintf("older than what is receipted already (%d scans, %d are); nothing to do", r.Size(), before.Acknowledged), nil
	case r.Size() == before.Acknowledged:
		return fmt.Sprintf("the %d scans it is for were receipted already; nothing to do", r.Size()), nil
	}
	return fmt.Sprintf("receipt for %d scans", r.Size()), nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
