package relay

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

func TestLCUS(t *testing.T) {
	for _, c := range []struct {
		number byte
		on     bool
		want   string
	}{
		{1, true, "\xA0\x01\x01\xA2"}, {1, false, "\xA0\x01\x00\xA1"},
		{2, true, "\xA0\x02\x01\xA3"}, {8, false, "\xA0\x08\x00\xA8"},
		{200, true, "\xA0\xC8\x01\x69"}, // the sum has eight bits
	} {
		if got := LCUS(c.number, c.on); !bytes.Equal(got, []byte(c.want)) {
			t.Errorf("%d %v is % X", c.number, c.on, got)
		}
	}
}

func TestParseSpec(t *testing.T) {
	for text, want := range map[string]Spec{
		"serial:/dev/ttyUSB0,lcus1":                {Path: "/dev/ttyUSB0", Baud: 9600, On: LCUS(1, true), Off: LCUS(1, false)},
		"serial:/dev/ttyUSB0@115200,lcus2":         {Path: "/dev/ttyUSB0", Baud: 115200, On: LCUS(2, true), Off: LCUS(2, false)},
		"serial:/dev/ttyUSB0, FF 01 01, ff0100":    {Path: "/dev/ttyUSB0", Baud: 9600, On: []byte("\xff\x01\x01"), Off: []byte("\xff\x01\x00")},
		"gpio:/dev/gpiochip0,17":                   {Path: "/dev/gpiochip0", GPIO: true, Line: 17},
		"gpio:/dev/gpiochip1,4,low,pull-up":        {Path: "/dev/gpiochip1", GPIO: true, Line: 4, Low: true, PullUp: true},
		"serial:/dev/serial/by-id/usb-1a86,lcus12": {Path: "/dev/serial/by-id/usb-1a86", Baud: 9600, On: LCUS(12, true), Off: LCUS(12, false)},
	} {
		if got, err := ParseSpec(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q gives %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "serial:", "serial:/dev/ttyUSB0", "serial:/dev/ttyUSB0,lcus0", "serial:/dev/ttyUSB0,lcus256", "serial:/dev/ttyUSB0,lcus1,FF",
		"serial:/dev/ttyUSB0,FF", "serial:/dev/ttyUSB0,FF,0", "serial:/dev/ttyUSB0,FF,", "serial:/dev/ttyUSB0@fast,lcus1", "serial:,lcus1",
		"gpio:/dev/gpiochip0", "gpio:/dev/gpiochip0,x", "gpio:/dev/gpiochip0,1,high", "usb:/dev/x,1", "/dev/ttyUSB0,lcus1",
	} {
		if got, err := ParseSpec(text); !errors.Is(err, ErrSpec) || !reflect.DeepEqual(got, Spec{}) {
			t.Errorf("%q gives %+v, %v", text, got, err)
		}
	}
}
