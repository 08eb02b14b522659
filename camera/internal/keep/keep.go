// Package keep has a device opened again whenever it fails: cameras and readers
// are unplugged, and come back.
package keep

import (
	"context"
	"time"
)

// How long the pauses are: a device that was plugged in again takes half a second
// to appear, and works again within two seconds, however long it was gone.
const (
	First = 250 * time.Millisecond
	Last  = time.Second
)

// Proved is how long a device works before the next pause is a short one, where
// nothing else shows that it does.
const Proved = 5 * time.Second

// Run calls try, which opens a device and returns when that fails, again and
// again, with pauses that double, until ctx ends or final says of an error that
// trying again is useless; it returns ctx's error or that one. try calls works
// when the device has proved to work: the next pause is then a short one. down
// hears every other error and the pause that follows.
func Run(ctx context.Context, try func(works func()) error, final func(error) bool, down func(err error, retry time.Duration)) error {
	retry := First
	for {
		err := try(func() { retry = First })
		switch {
		case final(err):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		down(err, retry)
		t := time.NewTimer(retry)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		retry = min(2*retry, Last)
	}
}
