package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

func openTerminal() (far *os.File, path string, err error) {
	if far, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		return nil, "", err
	}
	if err = unix.IoctlSetPointerInt(int(far.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		return nil, "", err
	}
	n, err := unix.IoctlGetInt(int(far.Fd()), unix.TIOCGPTN)
	return far, fmt.Sprintf("/dev/pts/%d", n), err
}
