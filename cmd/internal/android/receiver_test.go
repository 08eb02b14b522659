package android

import (
	"encoding/hex"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"chot/camera/intent"
)

// TestReceiverFlattens compiles the receiver's Java, runs it in any Java over
// the stubs of the few Android classes it uses, and reads what it hands over:
// both sides of the form are held against each other, also with a megabyte of
// rubbish from another app.
func TestReceiverFlattens(t *testing.T) {
	classes := compileJava(t, "../../../assets/android/java/vn/chot/ScanReceiver.java", "testdata/java/vn/chot/Flatten.java")
	out, err := exec.Command("java", "-Xmx64m", "-cp", classes, "vn.chot.Flatten").Output()
	if err != nil {
		t.Fatal(err)
	}
	const card = "001190123456|012345678|Nguyễn Thị Ví Dụ|15011990|Nữ|Ấp Đỗ Xá|20052021"
	want := map[string]struct {
		maker  intent.Maker
		sender string
		says   string
		symbol string
		err    error
	}{
		"newland":                   {intent.Newland, "", card, "258", nil},
		"seuic":                     {intent.SEUIC, "", card, "", nil},
		"sunmi":                     {intent.Sunmi, "", card, "", nil},
		"lecom":                     {intent.LECOM, "", card, "28", nil},
		"zebra":                     {intent.Zebra, "com.symbol.datawedge", card, "LABEL-TYPE-QRCODE", nil},
		"text of a megabyte":        {intent.SEUIC, "", "", "", intent.ErrOverlong},
		"bytes of a megabyte":       {intent.Sunmi, "", "", "", intent.ErrOverlong},
		"a list of a megabyte":      {intent.Zebra, "", "", "", intent.ErrNoCode},
		"a list of texts":           {intent.Zebra, "", "", "", intent.ErrNoCode},
		"letters of three bytes":    {intent.SEUIC, "", "", "", intent.ErrOverlong},
		"another kind":              {intent.SEUIC, "", "", "", intent.ErrNoCode},
		"a class that is not there": {intent.SEUIC, "", "", "", intent.ErrNoCode},
		"a size no memory has":      {intent.SEUIC, "", "", "", intent.ErrNoCode},
		"a nest of bundles":         {intent.SEUIC, "", "", "", intent.ErrNoCode},
		"no extras":                 {intent.SEUIC, strings.Repeat("x", 150), "", "", intent.ErrNoCode},
		"everything at its longest": {intent.Newland, "", "", "", intent.ErrFailed},
	}
	for line := range strings.Lines(string(out)) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		c, ok := want[name]
		if !ok {
			t.Errorf("unknown case %q", name)
			continue
		}
		delete(want, name)
		message, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		b, err := intent.Parse(message)
		if err != nil {
			t.Errorf("%s: %d bytes are not in the form: %v", name, len(message), err)
			continue
		}
		s, err := intent.Open(b)
		if s.Maker != c.maker || s.Sender != c.sender || string(s.Payload) != c.says || s.Symbology != c.symbol || !errors.Is(err, c.err) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	for name := range want {
		t.Errorf("%s was not printed", name)
	}
}
