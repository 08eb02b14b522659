//go:build !linux

package main

import (
	"errors"
	"os"
)

func openTerminal() (*os.File, string, error) { return nil, "", errors.ErrUnsupported }
