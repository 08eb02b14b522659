package camera

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestNewestWins(t *testing.T) {
	var n Newest[int]
	for i := range 5 {
		n.Put(func(v *int) error { *v = i; return nil })
	}
	if v, err := n.Take(t.Context()); err != nil || *v != 4 {
		t.Fatalf("took %v, %v; want the newest, 4", v, err)
	}
	held, _ := func() (*int, error) { n.Put(func(v *int) error { *v = 9; return nil }); return n.Take(t.Context()) }()
	n.Put(func(v *int) error { *v = 10; return nil })
	n.Put(func(v *int) error { *v = 11; return nil })
	if *held != 9 {
		t.Errorf("the value the consumer holds became %d", *held)
	}
	if v, err := n.Take(t.Context()); err != nil || *v != 11 {
		t.Fatalf("took %v, %v; want 11", v, err)
	}
}

// What the producer fails to write is never seen, and while it writes the consumer
// takes what is there.
func TestNewestIsWhole(t *testing.T) {
	var n Newest[int]
	n.Put(func(v *int) error { *v = 1; return nil })
	cut := errors.New("cut")
	if err := n.Put(func(v *int) error { *v = 2; return cut }); err != cut {
		t.Errorf("the producer hears %v", err)
	}
	err := n.Put(func(v *int) error {
		*v = 3
		if taken, err := n.Take(t.Context()); err != nil || *taken != 1 {
			t.Errorf("meanwhile the consumer takes %d, %v; want 1", *taken, err)
		}
		*v = 4
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := n.Take(t.Context()); err != nil || *v != 4 {
		t.Errorf("took %d, %v; want 4", *v, err)
	}
}

func TestNewestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("over")
		ctx, stop := context.WithCancelCause(t.Context())
		var n Newest[int]
		go func() {
			for i := 1; i <= 100; i++ { // a frame every 10 ms
				time.Sleep(10 * time.Millisecond)
				n.Put(func(v *int) error { *v = i; return nil })
			}
			time.Sleep(time.Second)
			stop(why)
		}()
		last, taken := 0, 0
		for {
			v, err := n.Take(ctx)
			if err != nil {
				if !errors.Is(err, why) {
					t.Fatalf("ended with %v", err)
				}
				break
			}
			if *v <= last {
				t.Fatalf("%d came after %d", *v, last)
			}
			last = *v
			taken++
			time.Sleep(35 * time.Millisecond) // a slow decoder
		}
		if last != 100 || taken >= 100 || taken < 20 {
			t.Errorf("took %d values up to %d; want few, and the last one", taken, last)
		}
	})
}

func TestNewestAllocatesNothing(t *testing.T) {
	var n Newest[[]byte]
	frame := make([]byte, 1000)
	for range 3 {
		n.Put(func(b *[]byte) error { *b = append((*b)[:0], frame...); return nil })
		n.Take(t.Context())
	}
	ctx := t.Context()
	if a := testing.AllocsPerRun(100, func() {
		n.Put(func(b *[]byte) error { *b = append((*b)[:0], frame...); return nil })
		n.Take(ctx)
	}); a != 0 {
		t.Errorf("%v allocations a frame", a)
	}
}
