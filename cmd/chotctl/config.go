package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"chot/cmd/internal/command"
	"chot/cmd/internal/station"

	"golang.org/x/term"
)

// config checks a settings file, or makes what one holds of a PIN.
func config(_ context.Context, fs *flag.FlagSet, args []string) error {
	what, args, err := command.Verb(args, "check", "pin")
	if err != nil {
		return err
	}
	if what == "pin" {
		return configPIN(fs, args)
	}
	asJSON := fs.Bool("json", false, "print JSON")
	if err := command.Parse(fs, args, 0, 1); err != nil {
		return err
	}
	file := "site/device/chot.toml"
	if fs.NArg() == 1 {
		file = fs.Arg(0)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%w; name the file, or do without one: every setting has a default", err)
	}
	_, problems := station.CheckConfig(text)
	if *asJSON {
		if problems == nil {
			problems = []station.Problem{}
		}
		if err := json.NewEncoder(os.Stdout).Encode(struct {
			File     string            `json:"file"`
			OK       bool              `json:"ok"`
			Problems []station.Problem `json:"problems"`
		}{file, len(problems) == 0, problems}); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			fmt.Printf("%s: %s\n", file, p)
		}
	}
	switch {
	case len(problems) == 1:
		return errors.New("1 mistake; the scanner does not start with it")
	case len(problems) > 1:
		return fmt.Errorf("%d mistakes; the scanner does not start with them", len(problems))
	case !*asJSON:
		fmt.Println("OK")
	}
	return nil
}

// configPIN asks for a PIN and prints what chot.toml keeps of it.
func configPIN(fs *flag.FlagSet, args []string) error {
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
	fmt.Printf("pin = \"%s\"\n", hash)
	return nil
}

// readPIN asks twice at a terminal; a pipe is believed.
func readPIN() (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, 64)).ReadString('\n')
		if err != nil && err != io.EOF {
			return "", err
		}
		return strings.TrimSpace(line), nil
	}
	var typed [2]string
	for i, ask := range []string{"PIN: ", "once more: "} {
		fmt.Fprint(os.Stderr, ask)
		b, err := term.ReadPassword(in)
		fmt.Fprintln(os.Stderr)
		if err != nil {
			return "", err
		}
		typed[i] = strings.TrimSpace(string(b))
	}
	if typed[0] != typed[1] {
		return "", errors.New("these were two different PINs; try again")
	}
	return typed[0], nil
}
