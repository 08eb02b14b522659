package android

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// holding reports whether a context that was handed out still stands.
func holding(ctx context.Context) bool { return ctx.Err() == nil }

func TestTheStationRunsInFrontOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Life
		got := make(chan context.Context)
		release := make(chan func())
		go func() {
			for range 2 {
				ctx, done, err := l.Front(t.Context())
				if err != nil {
					t.Error(err)
				}
				got <- ctx
				release <- done
			}
		}()
		synctest.Wait()
		select {
		case <-got:
			t.Fatal("a station began with nobody before it")
		default:
		}
		l.Resumed()
		first, done := <-got, <-release
		if !holding(first) {
			t.Fatal("the station ended in front of the operator")
		}
		l.Resumed() // told twice
		if !holding(first) {
			t.Fatal("a second word of the same ended the station")
		}
		l.Paused()
		if holding(first) {
			t.Fatal("the station goes on behind the operator's back")
		}
		l.Resumed() // back before the journal is closed
		synctest.Wait()
		select {
		case <-got:
			t.Fatal("a second station began before the first had closed its journal")
		default:
		}
		done()
		second, done := <-got, <-release
		if !holding(second) {
			t.Fatal("nothing runs after the operator came back")
		}
		done()
		done() // harmless
	})
}

func TestARoundGivesWayToTheOperator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Life
		round, done, ok := l.Round(t.Context())
		if !ok {
			t.Fatal("no round in the background")
		}
		second := make(chan bool)
		go func() {
			_, _, ok := l.Round(t.Context())
			second <- ok
		}()
		synctest.Wait()
		front := make(chan context.Context, 1)
		go func() {
			ctx, _, err := l.Front(t.Context())
			if err != nil {
				t.Error(err)
			}
			front <- ctx
		}()
		l.Resumed()
		if <-second {
			t.Fatal("two rounds at once")
		}
		synctest.Wait()
		if holding(round) {
			t.Fatal("the round goes on before the operator's eyes")
		}
		if len(front) != 0 {
			t.Fatal("the station did not wait for the round's journal")
		}
		done()
		ctx := <-front
		if !holding(ctx) {
			t.Fatal("the station did not run")
		}
		if _, _, ok := l.Round(t.Context()); ok {
			t.Fatal("a round beside the station")
		}
	})
}

// The system begins the round that a pause asks for at once, and the station
// takes some time to close: what waits is sent then, not a quarter of an hour later.
func TestARoundWaitsForTheStationToClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Life
		l.Resumed()
		front, closed, err := l.Front(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l.Paused()
		var begun []context.Context
		round := func(ctx context.Context) {
			if ctx, _, ok := l.Round(ctx); ok {
				begun = append(begun, ctx)
			}
		}
		ended, end := context.WithCancel(t.Context())
		go round(ended)
		end() // the system wants that one no more
		synctest.Wait()
		go round(t.Context())
		synctest.Wait()
		if holding(front) || len(begun) > 0 {
			t.Fatalf("in front: %v; %d rounds before the journal was closed", holding(front), len(begun))
		}
		closed()
		synctest.Wait()
		if len(begun) != 1 || !holding(begun[0]) {
			t.Fatalf("%d rounds after the journal was closed", len(begun))
		}
	})
}

func TestFrontEndsWithItsContext(t *testing.T) {
	var l Life
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := l.Front(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

// A station that a full disk or a confirmed enrolment ends, in front of the
// operator, takes what runs beside it along, and the next one begins before the
// same eyes.
func TestAStationEndsInFront(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Life
		l.Resumed()
		front, release, err := l.Front(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		stay, beside := l.Stay(), false
		release = Beside(front, release, func(ctx context.Context) {
			beside = true
			<-ctx.Done()
			beside = false
		})
		synctest.Wait()
		if !beside {
			t.Fatal("nothing runs beside the station")
		}
		release() // a deadlock ends the test
		if beside {
			t.Error("it still runs beside a station that has ended")
		}
		if _, release, err = l.Front(t.Context()); err != nil || l.Stay() != stay {
			t.Errorf("the next begins in stay %d, %v; the last began in %d", l.Stay(), err, stay)
		}
		l.Paused()
		release()
		l.Resumed()
		if _, release, err = l.Front(t.Context()); err != nil || l.Stay() == stay {
			t.Errorf("the operator came back to the same stay, %v", err)
		}
		release()
	})
}
