package keep

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestRun(t *testing.T) {
	gone, useless := errors.New("gone"), errors.New("useless")
	synctest.Test(t, func(t *testing.T) {
		n := 0
		var pauses []time.Duration
		err := Run(t.Context(), func(works func()) error {
			switch n++; n {
			case 8:
				works()
			case 10:
				return useless
			}
			return gone
		}, func(err error) bool { return err == useless }, func(err error, retry time.Duration) {
			if err != gone {
				t.Errorf("heard %v", err)
			}
			pauses = append(pauses, retry)
		})
		if want := "[250ms 500ms 1s 1s 1s 1s 1s 250ms 500ms]"; err != useless || fmt.Sprint(pauses) != want {
			t.Errorf("ended with %v, pauses %v, want %s", err, pauses, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		err := Run(ctx, func(func()) error { return gone }, func(error) bool { return false }, func(error, time.Duration) {})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("ended with %v after %v", err, time.Since(began))
		}
	})
}
