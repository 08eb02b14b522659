package android

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
)

// TestAir: broadcasts arrive in order; a flood is dropped and holds nobody up;
// what came while nobody listened is forgotten.
func TestAir(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := NewAir("Zebra Technologies")
		if a.Manufacturer() != "Zebra Technologies" {
			t.Error(a.Manufacturer())
		}
		taken := 0
		for range 1000 {
			if a.Broadcast([]byte("before anybody listened")) {
				taken++
			}
		}
		if taken != waiting {
			t.Errorf("%d of a flood are kept, want %d", taken, waiting)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var heard []string
		var kept [][]byte
		ended := make(chan error, 1)
		go func() {
			ended <- a.Run(ctx, func(m []byte) { heard, kept = append(heard, string(m)), append(kept, m) })
		}()
		synctest.Wait()
		message := []byte("one")
		if !a.Broadcast(message) {
			t.Error("refused")
		}
		copy(message, "xxx") // Java's array is Java's
		synctest.Wait()
		if !a.Broadcast([]byte("two")) {
			t.Error("refused")
		}
		synctest.Wait()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if !slices.Equal(heard, []string{"one", "two"}) {
			t.Errorf("heard %q", heard)
		}
		for _, m := range kept {
			if slices.Max(m) != 0 {
				t.Errorf("%q stays in memory", m)
			}
		}
	})
}
