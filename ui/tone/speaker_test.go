package tone

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
)

// tape keeps what is played.
type tape struct {
	played [][]byte
	fails  error
}

func (t *tape) play(pcm []byte) error {
	t.played = append(t.played, pcm)
	return t.fails
}

func bytesOf(s Shape) (b []byte) {
	for _, v := range Samples(s, Rate) {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

func TestSpeaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var heard tape
		s := NewSpeaker()
		s.open = func(context.Context) (output, error) { return &heard, nil }
		s.Play(Admit) // nobody listens yet
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		synctest.Wait()
		for _, shape := range []Shape{Admit, Refer, Refuse, 77} {
			s.Play(shape)
			synctest.Wait()
		}
		cancel()
		if err := <-ended; err != context.Canceled {
			t.Errorf("ended with %v", err)
		}
		want := []Shape{Admit, Refer, Refuse, Refuse}
		if len(heard.played) != len(want) {
			t.Fatalf("%d sounds", len(heard.played))
		}
		for i, shape := range want {
			if !bytes.Equal(heard.played[i], bytesOf(shape)) {
				t.Errorf("sound %d is not %d", i, shape)
			}
		}
		for range 10 { // nobody listens any more
			s.Play(Refuse)
		}
		if got := <-s.next; got != Refuse {
			t.Errorf("the newest is %d", got)
		}
	})
}

// A sound card that never becomes ready, fails to open, or fails later.
func TestNoCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSpeaker()
		s.open = func(ctx context.Context) (output, error) { <-ctx.Done(); return nil, ErrNoSound }
		if err := s.Run(t.Context()); !errors.Is(err, ErrNoSound) {
			t.Errorf("never ready: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Run(ctx); err != context.Canceled {
			t.Errorf("ended while opening: %v", err)
		}
		s.open = func(context.Context) (output, error) { return &tape{fails: ErrNoSound}, nil }
		ended := make(chan error, 1)
		go func() { ended <- s.Run(t.Context()) }()
		synctest.Wait()
		s.Play(Admit)
		if err := <-ended; !errors.Is(err, ErrNoSound) {
			t.Errorf("unplugged: %v", err)
		}
	})
}

// Each in its own process: the library opens the sound card once.
func TestRealCard(t *testing.T) {
	if ask := os.Getenv("TONE"); ask != "" {
		s := NewSpeaker()
		out, err := s.open(t.Context())
		if err == nil {
			err = out.play(bytesOf(Admit))
		}
		if errors.Is(err, ErrUnsupported) || ask == "no card" && errors.Is(err, ErrNoSound) || ask == "card" && err == nil {
			return
		}
		t.Fatalf("%s: %v", ask, err)
	}
	folder := t.TempDir()
	for ask, config := range map[string]string{
		"no card": "",
		"card":    "pcm.!default { type null }\nctl.!default { type null }\n", // takes and forgets
	} {
		path := filepath.Join(folder, ask)
		if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestRealCard$")
		cmd.Env = append(os.Environ(), "TONE="+ask, "ALSA_CONFIG_PATH="+path)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", ask, err, out)
		}
	}
}
