package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"chot/sync/publish"
)

// passphrases asks on the terminal, twice for a fresh key and with no echo, or takes
// the first line of a file. One that was right, or chosen, is not asked for again by
// the same command.
func passphrases(file string) publish.Passphrase {
	var chosen string
	return func(key string, fresh bool) (string, error) {
		if file != "" {
			text, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			line, _, _ := strings.Cut(string(text), "\n")
			return strings.TrimSuffix(line, "\r"), nil
		}
		if fresh && chosen != "" {
			return chosen, nil
		}
		if !term.IsTerminal(int(os.Stdin.Fd())) {
			return "", fmt.Errorf("the key is encrypted, and there is no terminal to ask for the passphrase of %s: give --passphrase-file (or, to create an authority for a trial, --plain-keys)", key)
		}
		read := func(question string) (string, error) {
			fmt.Fprint(os.Stderr, question)
			b, err := term.ReadPassword(int(os.Stdin.Fd()))
			fmt.Fprintln(os.Stderr)
			return string(b), err
		}
		words, err := read("passphrase of " + key + ": ")
		if err != nil || !fresh {
			return words, err
		}
		again, err := read("once more: ")
		if err != nil {
			return "", err
		}
		if words != again || words == "" {
			return "", errors.New("the two are not the same, or empty: begin again")
		}
		chosen = words
		return words, nil
	}
}
