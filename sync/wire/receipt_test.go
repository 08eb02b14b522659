package wire

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var (
	someRoot = tlog.RecordHash([]byte("some log"))
	someTime = time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)
)

func TestHead(t *testing.T) {
	k := deviceKey(t)
	text, err := SignHead(k, 1234, someRoot)
	if err != nil {
		t.Fatal(err)
	}
	h, err := OpenHead(text, k.Verifier())
	if err != nil || h.Origin() != "chot/device/"+k.ID() || h.Size() != 1234 || h.Root() != someRoot || string(h.Text()) != string(text) {
		t.Errorf("got %v %v", h, err)
	}
	if want := fmt.Sprintf("chot/device/%s\n1234\n%s\n\n", k.ID(), someRoot); !strings.HasPrefix(string(text), want) {
		t.Errorf("the note begins %q, want %q", text[:len(want)], want)
	}
	if _, err := SignHead(k, MaxSize+1, someRoot); err == nil {
		t.Error("signs a head over the limit")
	}
	if _, err := OpenHead(text, deviceKey(t).Verifier()); !errors.Is(err, ErrHead) {
		t.Errorf("another device's verifier: %v", err)
	}
	if _, err := OpenHead(text, DeviceVerifier{}); !errors.Is(err, ErrHead) {
		t.Errorf("zero verifier: %v", err)
	}
	refuseChanges(t, text, func(b []byte) error { _, err := OpenHead(b, k.Verifier()); return err })
}

// signed signs any text as a device: what a broken or hostile one could do.
func signed(t *testing.T, text string, signers ...note.Signer) []byte {
	t.Helper()
	b, err := note.Sign(&note.Note{Text: text}, signers...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHeadLinesRefused(t *testing.T) {
	k := deviceKey(t)
	root := someRoot.String()
	for _, lines := range []string{
		"", k.Name() + "\n", k.Name() + "\n5\n", k.Name() + "\n5\n" + root + "\nextension\n", "chot/device/other\n5\n" + root + "\n",
		k.Name() + "\n05\n" + root + "\n", k.Name() + "\n+5\n" + root + "\n", k.Name() + "\n-5\n" + root + "\n", k.Name() + "\n5 \n" + root + "\n",
		k.Name() + "\n281474976710657\n" + root + "\n", k.Name() + "\n18446744073709551616\n" + root + "\n",
		k.Name() + "\n5\n" + root[:40] + "\n", k.Name() + "\n5\n" + strings.TrimRight(root, "=") + "\n", k.Name() + "\n5\n\n",
	} {
		if !strings.HasSuffix(lines, "\n") {
			lines += "\n"
		}
		if _, err := OpenHead(signed(t, lines, k), k.Verifier()); !errors.Is(err, ErrHead) {
			t.Errorf("%q: got %v", lines, err)
		}
	}
	if _, err := OpenHead(signed(t, k.Name()+"\n5\n"+root+"\n", k), k.Verifier()); err != nil {
		t.Errorf("the control, a right head: %v", err)
	}
	if _, err := OpenHead(signed(t, k.Name()+"\n5\n"+root+"\n", k, deviceKey(t)), k.Verifier()); !errors.Is(err, ErrHead) {
		t.Errorf("a second signature: %v", err)
	}
}

func TestReceipt(t *testing.T) {
	d, h := deviceKey(t), hubKey(t)
	head := must(OpenHead(must(SignHead(d, 77, someRoot)), d.Verifier()))
	text, err := Cosign(h, head, someTime)
	if err != nil {
		t.Fatal(err)
	}
	r, err := OpenReceipt(text, h.Verifier(), d.Verifier())
	if err != nil || r.Size() != 77 || r.Root() != someRoot || r.Origin() != d.Name() || !r.Time().Equal(someTime) || string(r.Text()) != string(text) {
		t.Fatalf("got %v %v", r, err)
	}

	// The cosignature, taken apart by hand as C2SP tlog-cosignature has it.
	lines := strings.Split(string(text), "\n")
	_, b64, _ := strings.Cut(lines[len(lines)-2], " chot/hub/"+h.ID()+" ")
	raw, err := base64.StdEncoding.DecodeString(b64)
	if err != nil || len(raw) != 4+8+64 {
		t.Fatalf("cosignature has %d bytes: %v", len(raw), err)
	}
	at := binary.BigEndian.Uint64(raw[4:])
	msg := fmt.Sprintf("cosignature/v1\ntime %d\n%s\n77\n%s\n", at, d.Name(), someRoot)
	key := h.Verifier().i.key
	if int64(at) != someTime.Unix() || !ed25519.Verify(key[:], []byte(msg), raw[12:]) {
		t.Error("the cosignature is not over the specified message")
	}

	refuseChanges(t, text, func(b []byte) error { _, err := OpenReceipt(b, h.Verifier(), d.Verifier()); return err })
}

func TestReceiptRefused(t *testing.T) {
	d, h := deviceKey(t), hubKey(t)
	otherDevice, otherHub := deviceKey(t), hubKey(t)
	headText := must(SignHead(d, 77, someRoot))
	head := must(OpenHead(headText, d.Verifier()))
	good := must(Cosign(h, head, someTime))
	tree := head.format()
	open := func(b []byte) error { _, err := OpenReceipt(b, h.Verifier(), d.Verifier()); return err }
	for name, c := range map[string]struct {
		text []byte
		want error
	}{
		"a bare head":              {headText, ErrReceipt},
		"another hub":              {must(Cosign(otherHub, head, someTime)), ErrOtherHub},
		"only the hub":             {signed(t, tree, cosigner{h, 5}), ErrReceipt},
		"another device":           {must(Cosign(h, must(OpenHead(must(SignHead(otherDevice, 77, someRoot)), otherDevice.Verifier())), someTime)), ErrReceipt},
		"hub first":                {signed(t, tree, cosigner{h, 5}, d), ErrReceipt},
		"a third signature":        {signed(t, tree, d, cosigner{h, 5}, cosigner{otherHub, 5}), ErrReceipt},
		"a time before the epoch":  {signed(t, tree, d, cosigner{h, 1 << 63}), ErrReceipt},
		"the hub's key, no time":   {signed(t, tree, d, timeless{h}), ErrReceipt},
		"extension line":           {signed(t, tree+"more\n", d, cosigner{h, 5}), ErrReceipt},
		"twice":                    {append(append([]byte(nil), good...), good...), ErrReceipt},
		"HTML":                     {[]byte("<html><body>Please log in</body></html>\n"), ErrReceipt},
		"nothing":                  {nil, ErrReceipt},
		"long":                     {make([]byte, maxNote+1), ErrReceipt},
		"the same signature again": {append(append([]byte(nil), good...), good[strings.LastIndex(string(good), "— "):]...), ErrReceipt},
		"carriage returns":         {[]byte(strings.ReplaceAll(string(good), "\n", "\r\n")), ErrReceipt},
		"a byte order mark":        {append([]byte("\xef\xbb\xbf"), good...), ErrReceipt},
	} {
		err := open(c.text)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if c.want == ErrReceipt && errors.Is(err, ErrOtherHub) {
			t.Errorf("%s: taken for another hub's", name)
		}
	}
	if err := open(good); err != nil {
		t.Errorf("the control, a right receipt: %v", err)
	}
	if _, err := Cosign(h, Head{}, someTime); err == nil {
		t.Error("cosigns a head nobody verified")
	}
	if _, err := Cosign(HubKey{}, head, someTime); err == nil {
		t.Error("a zero key cosigns")
	}
}

// timeless signs like a plain note key.
type timeless struct{ HubKey }

func (s timeless) Name() string                     { return s.s.name }
func (s timeless) KeyHash() uint32                  { return s.s.hash }
func (s timeless) Sign(text []byte) ([]byte, error) { return s.s.sign(text) }

// refuseChanges flips every bit and cuts at every length: nothing but the
// note itself may open.
func refuseChanges(t *testing.T, text []byte, open func([]byte) error) {
	t.Helper()
	for i := range text {
		if open(text[:i]) == nil {
			t.Errorf("opens when cut to %d bytes", i)
		}
		for bit := range 8 {
			b := append([]byte(nil), text...)
			b[i] ^= 1 << bit
			if open(b) == nil {
				t.Errorf("opens with bit %d of byte %d flipped", bit, i)
			}
		}
	}
}
