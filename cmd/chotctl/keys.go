package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"chot/cmd/internal/command"
	"chot/cmd/internal/keystore"
	"chot/cmd/internal/station"
	"chot/cmd/internal/stick"
	"chot/sync/wire"
)

// keys says how a device's keys lie on its disk, moves them to another keeper,
// or destroys them on the hub's word.
func keys(ctx context.Context, fs *flag.FlagSet, args []string) error {
	what, args, err := command.Verb(args, "status", "move", "revoke", "pin")
	if err != nil {
		return err
	}
	site := fs.String("site", "site/device", "the device's `folder`; but for status no scanner may be running in it")
	switch what {
	case "move":
		return keysMove(fs, site, args)
	case "revoke":
		return keysRevoke(fs, site, args)
	case "pin":
		return keysPIN(fs, site, args)
	}
	asJSON := fs.Bool("json", false, "print JSON")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	s, err := station.KeysOf(*site, station.Options{})
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(s)
	}
	fmt.Printf("device %s: %s\n", s.Device, says(s))
	for _, line := range s.Worth() {
		fmt.Println("  " + line)
	}
	for _, of := range s.Past {
		fmt.Printf("  scans of a device before this one: %s\n", of)
	}
	if s.Trouble != "" {
		return fmt.Errorf("%s", s.Trouble)
	}
	return nil
}

func says(s station.KeyStatus) string {
	switch {
	case s.Destroyed:
		return "its keys are destroyed (" + s.Why + ")"
	case s.Keeper == "":
		return "its keys lie in the clear until the scanner is started next"
	}
	return fmt.Sprintf("its keys are sealed, keeper %s", s.Keeper)
}

// keysMove gives the keys to another keeper, as when a TPM was switched on.
func keysMove(fs *flag.FlagSet, site *string, args []string) error {
	to := fs.String("to", "tpm2", "the `keeper`: tpm2 or file")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	if k := keystore.Kind(*to); k != keystore.KindTPM && k != keystore.KindFile {
		return fmt.Errorf("%w: --to is tpm2 or file, not %q", command.ErrUsage, *to)
	}
	if err := station.MoveKeys(*site, keystore.Kind(*to), station.Options{}); err != nil {
		return err
	}
	fmt.Printf("the keys are with the keeper %s now; the one before has forgotten them\n", *to)
	return nil
}

// keysRevoke carries out a hub's notice that came on a stick.
func keysRevoke(fs *flag.FlagSet, site *string, args []string) error {
	if err := command.Parse(fs, args, 1, 1); err != nil {
		return err
	}
	notice, err := findNotice(*site, fs.Arg(0))
	if err != nil {
		return err
	}
	if err := station.RevokeBy(*site, notice, station.Options{}); err != nil {
		return err
	}
	fmt.Printf("the keys are destroyed. What was not sent: chotctl export --site %s --to /media/stick\n", *site)
	return nil
}

// findNotice reads the notice that a person named, or of those in a folder this
// device's: a stick makes the round of several gates.
func findNotice(site, name string) ([]byte, error) {
	files, err := stick.Find([]string{name}, wire.RevocationExt)
	if err != nil {
		return nil, err
	}
	const longest = 4096 // many times a notice
	if len(files) == 1 {
		return stick.Read(files[0], longest)
	}
	st, err := station.KeysOf(site, station.Options{})
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		notice, err := stick.Read(file, longest)
		if err != nil {
			return nil, err
		}
		if device, ok := wire.RevokedDeviceOf(notice); ok && device == st.Device {
			return notice, nil
		}
	}
	return nil, fmt.Errorf("none of the %d notices in %s is about this device, %s: write it with chot-hub revoke --notice", len(files), name, st.Device)
}

// keysPIN seals a PIN for this device, for a chot.toml the scanner may not
// write itself.
func keysPIN(fs *flag.FlagSet, site *string, args []string) error {
	operator := fs.Bool("operator", false, "it is an operator's, not the supervisor's")
	if err := command.Parse(fs, args, 0, 0); err != nil {
		return err
	}
	pin, err := readPIN()
	if err != nil {
		return err
	}
	hash, err := station.HashPIN(pin)
	if err != nil {
		return err
	}
	sealed, err := station.SealPIN(*site, hash, *operator, station.Options{})
	if err != nil {
		return err
	}
	fmt.Printf("pin = %q\n", sealed)
	return nil
}
