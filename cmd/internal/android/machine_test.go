//go:build cgo && jvm && !android

package android

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
)

// TestCallsInAMachine is run by TestJNIInAMachine, which says where the machine is.
func TestCallsInAMachine(t *testing.T) {
	h, other, err := startMachine(os.Getenv("CHOT_JVM"), os.Getenv("CHOT_CLASSES"))
	if err != nil {
		t.Fatal(err)
	}
	const text, raw = "(Landroid/content/Context;Ljava/lang/String;)Ljava/lang/String;", "(Landroid/content/Context;[B)[B"
	for in, want := range map[string]string{"": "|0", "Nguyễn Thị Ánh": "Nguyễn Thị Ánh|14", "a\x00b": "a\x00b|3", "𝄞": "𝄞|2"} {
		if got, err := h.call("text", text, in); got != want || err != nil {
			t.Errorf("%q came back as %q, %v", in, got, err)
		}
	}
	blob := make([]byte, 100_000)
	for i := range blob {
		blob[i] = byte(rand.Uint32())
	}
	if got, err := h.call("bytes", raw, blob); err != nil || !bytes.Equal(got.([]byte), blob) {
		t.Errorf("bytes changed on the way: %v", err)
	}
	if got, err := h.call("bytes", raw, []byte{}); err != nil || len(got.([]byte)) != 0 {
		t.Errorf("null came back as %v, %v", got, err)
	}
	for _, b := range []bool{true, false} {
		if got, err := h.call("not", "(Landroid/content/Context;Z)Z", b); got != !b || err != nil {
			t.Errorf("not %v is %v, %v", b, got, err)
		}
	}
	if got, err := h.call("twice", "(Landroid/app/Activity;I)I", -21); got != -42 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := h.call("sum", "(Landroid/content/Context;[J[I)I", []int64{5, 1 << 33, -(1 << 33)}, []int32{-3}); got != 3003 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := h.call("same", "(Landroid/app/Activity;)Z"); got != true || err != nil {
		t.Errorf("the Activity is another: %v, %v", got, err)
	}

	// Failures name the call, and leave nothing pending.
	for name, c := range map[string]struct{ sig, arg, want string }{
		"fail":    {"(Landroid/content/Context;Ljava/lang/String;)V", "cửa kẹt", "android: fail: java.lang.IllegalStateException: cửa kẹt"},
		"mute":    {"(Landroid/content/Context;)V", "", "android: mute: an exception that cannot be described"},
		"missing": {"(Landroid/content/Context;)V", "", "android: missing: java.lang.NoSuchMethodError"},
	} {
		args := []any{}
		if c.arg != "" {
			args = append(args, c.arg)
		}
		if err := h.tell(name, c.sig, args...); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.call("text", text, 1.5); err == nil {
		t.Error("a float was handed over")
	}

	// From many threads at once, each attached and detached.
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 500 {
				if got, err := h.call("twice", "(Landroid/app/Activity;I)I", n*1000+i); got != 2*(n*1000+i) || err != nil {
					t.Errorf("got %v, %v", got, err)
					return
				}
			}
		})
	}
	all.Wait()

	// A Host outlives its Activity.
	if err := other.tell("collect", "(Landroid/content/Context;)V"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.call("same", "(Landroid/app/Activity;)Z"); !errors.Is(err, ErrGone) {
		t.Errorf("a Host keeps its Activity alive: %v", err)
	}
	for _, nobody := range []Host{{}, {VM: h.VM}} {
		if err := nobody.tell("collect", "(Landroid/content/Context;)V"); !errors.Is(err, ErrGone) {
			t.Errorf("%v: %v", nobody, err)
		}
	}
}
