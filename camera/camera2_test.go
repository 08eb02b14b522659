package camera

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"
)

// phone is what the main camera of a mid-range phone says of itself.
func phone() map[uint32][]int64 {
	return map[uint32][]int64{
		tagFacing: {facingBack}, tagOrientation: {90}, tagHasFlash: {1}, tagNearest: {10_000_000}, // 10 dioptres: 10 cm
		tagSizes: {
			0x21, 1280, 720, 0, // JPEG
			yuv420, 4000, 3000, 0, yuv420, 1920, 1080, 0, yuv420, 1280, 720, 0, yuv420, 640, 480, 0,
			yuv420, 1281, 721, 1, // an input
			yuv420, 1 << 20, 1 << 10, 0, // nonsense
			yuv420, 320, // cut off
		},
		tagIntervals:     {yuv420, 1280, 720, 33_333_333, yuv420, 4000, 3000, 100_000_000, 0x21, 1920, 1080, 1, yuv420},
		tagAntibandings:  {0, 1, 2, 3},
		tagExposureModes: {0, 1, 2, 3},
		tagRateRanges:    {15, 15, 7, 30, 15, 30, 24, 24, 30, 30, 60, 60, 30, 60},
		tagCompensations: {-12, 12},
		tagFocusModes:    {0, 1, 2, 3, 4},
		tagCapabilities:  {0, 1},
		tagExposures:     {50_000, 200_000_000},
		tagSensitivities: {100, 3200},
	}
}

func reads(m map[uint32][]int64) description { return func(tag uint32) []int64 { return m[tag] } }

func TestCamera2Info(t *testing.T) {
	got := reads(phone()).info("0")
	want := Info{Path: "0", Name: "back camera 0", Mount: Mount{Facing: Back, Degrees: 90, Lamp: true}, Modes: []Mode{
		{"NV12", 4000, 3000, 10}, {"NV12", 1920, 1080, 0}, {"NV12", 1280, 720, 1e9 / 33_333_333.0}, {"NV12", 640, 480, 0},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if m, ok := choose(got.Modes, Camera{}.want()); !ok || m.Width != 1280 || m.Height != 720 {
		t.Errorf("%v is chosen", m)
	}
	if i := reads(nil).info("7"); i.Mount != (Mount{}) || len(i.Modes) != 0 {
		t.Errorf("of a camera that says nothing: %+v", i)
	}
}

func TestCamera2Entries(t *testing.T) {
	without := func(tags ...uint32) map[uint32][]int64 {
		m := phone()
		for _, tag := range tags {
			delete(m, tag)
		}
		return m
	}
	with := func(tag uint32, values ...int64) map[uint32][]int64 {
		m := phone()
		m[tag] = values
		return m
	}
	usual := map[uint32][]int64{tagAntibanding: {antibanding50}, tagExposureMode: {exposureByItself}, tagRates: {30, 30}, tagFocusMode: {focusPicture}, tagFlash: {flashOff}}
	but := func(changes map[uint32][]int64) map[uint32][]int64 {
		m := map[uint32][]int64{}
		for tag, v := range usual {
			m[tag] = v
		}
		for tag, v := range changes {
			if m[tag] = v; v == nil {
				delete(m, tag)
			}
		}
		return m
	}
	type change = map[uint32][]int64
	for name, test := range map[string]struct {
		controls Controls
		camera   map[uint32][]int64
		want     map[uint32][]int64
	}{
		"usual":                 {Controls{}, phone(), usual},
		"left alone":            {Controls{Leave: true, Torch: true}, phone(), nil},
		"a camera that is bare": {Controls{Torch: true, Focus: 50, Exposure: time.Millisecond, Backlight: true}, nil, nil},
		"60 Hz":                 {Controls{PowerLine: Mains60Hz}, phone(), but(change{tagAntibanding: {antibanding60}})},
		"lamps that do not":     {Controls{PowerLine: MainsOff}, phone(), but(change{tagAntibanding: {antibandingOff}})},
		"only automatic mains":  {Controls{}, with(tagAntibandings, 3), but(change{tagAntibanding: {antibandingAuto}})},
		"torch":                 {Controls{Torch: true}, phone(), but(change{tagFlash: {flashTorch}})},
		"no lamp":               {Controls{Torch: true}, with(tagHasFlash, 0), but(change{tagFlash: nil})},
		"focus for films":       {Controls{}, with(tagFocusModes, 0, 1, 3), but(change{tagFocusMode: {focusVideo}})},
		"fixed lens":            {Controls{Focus: 100}, without(tagFocusModes, tagNearest), but(change{tagFocusMode: nil})},
		"nearest":               {Controls{Focus: 100}, phone(), but(change{tagFocusMode: {focusFixed}, tagFocus: {10_000_000}})},
		"beyond the nearest":    {Controls{Focus: 500}, phone(), but(change{tagFocusMode: {focusFixed}, tagFocus: {10_000_000}})},
		"far":                   {Controls{Focus: 1}, phone(), but(change{tagFocusMode: {focusFixed}, tagFocus: {0}})},
		"in the dark":           {Controls{SlowInTheDark: true}, phone(), but(change{tagRates: {7, 30}})},
		"backlight":             {Controls{Backlight: true}, phone(), but(change{tagCompensation: {6}})},
		"short":                 {Controls{Exposure: 2 * time.Millisecond}, phone(), but(change{tagExposureMode: {exposureByHand}, tagExposure: {2_000_000}, tagSensitivity: {800}})},
		"too long":              {Controls{Exposure: time.Minute}, phone(), but(change{tagExposureMode: {exposureByHand}, tagExposure: {200_000_000}, tagSensitivity: {800}})},
		"not by hand":           {Controls{Exposure: 2 * time.Millisecond}, with(tagCapabilities, 0), usual},
	} {
		got := map[uint32][]int64{}
		for _, e := range test.controls.entries(reads(test.camera)) {
			if _, twice := got[e.tag]; twice || len(e.values) == 0 || len(e.values) > 2 {
				t.Errorf("%s: %#x is set to %v, and was before: %v", name, e.tag, e.values, twice)
			}
			got[e.tag] = e.values
		}
		if len(got) != len(test.want) || len(got) > 0 && !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	kinds := map[uint32]int32{tagRates: typeInt32, tagExposure: typeInt64, tagSensitivity: typeInt32, tagFocus: typeFloat}
	for _, e := range (Controls{Focus: 9, Exposure: time.Millisecond}).entries(reads(phone())) {
		if e.kind != kinds[e.tag] { // all others are bytes
			t.Errorf("%#x is of type %d", e.tag, e.kind)
		}
	}
}

func TestCamera2Rates(t *testing.T) {
	for _, test := range []struct {
		ranges    []int64
		slow      bool
		low, high int64
	}{
		{[]int64{15, 30, 30, 30}, false, 30, 30},
		{[]int64{15, 30, 30, 30}, true, 15, 30},
		{[]int64{30, 60, 15, 24}, false, 15, 24}, // more than 30 is of no use
		{[]int64{60, 60, 30, 120}, false, 60, 60},
		{[]int64{5, 10, 10, 10}, false, 0, 0}, // not live: the camera's own choice
		{[]int64{30, 15, 0, 30, 30}, false, 0, 0},
		{nil, false, 0, 0},
	} {
		low, high, ok := rates(test.ranges, test.slow)
		if low != test.low || high != test.high || ok != (test.high > 0) {
			t.Errorf("of %v, %v: %d to %d", test.ranges, test.slow, low, high)
		}
	}
}

func TestCamera2Pick(t *testing.T) {
	mode := []Mode{{"NV12", 640, 480, 0}}
	front, depth := Info{Path: "1", Mount: Mount{Facing: Front}, Modes: mode}, Info{Path: "3", Mount: Mount{Facing: Back}}
	back, wide, cable := Info{Path: "0", Mount: Mount{Facing: Back}, Modes: mode}, Info{Path: "2", Mount: Mount{Facing: Back}, Modes: mode}, Info{Path: "usb", Modes: mode}
	all := []Info{depth, front, back, wide, cable}
	for _, test := range []struct {
		path string
		of   []Info
		want string
		err  error
	}{
		{"auto", all, "0", nil},
		{"", all, "0", nil},
		{"back", all, "0", nil},
		{"front", all, "1", nil},
		{"2", all, "2", nil},
		{"auto", []Info{front, cable}, "usb", nil},
		{"auto", []Info{front}, "1", nil},
		{"9", all, "", ErrNoCamera},
		{"front", []Info{back}, "", ErrCameraless},
		{"auto", []Info{depth}, "", ErrCameraless},
		{"", nil, "", ErrCameraless},
	} {
		got, err := pick(test.of, test.path)
		if got.Path != test.want || !errors.Is(err, test.err) {
			t.Errorf("%q: %q, %v", test.path, got.Path, err)
		}
	}
}

// Every status has a sentence, and those that the screen tells apart are apart.
func TestCamera2Errors(t *testing.T) {
	for status, want := range map[int]error{
		statusPermission: ErrPermission, statusDisabled: ErrDisabled, statusInUse: ErrBusy, statusTooMany: ErrTooMany, statusDisconnected: ErrUnplugged,
		statusSessionClosed: ErrUnplugged, statusConfigure: ErrFormat, statusDevice: ErrStalled, statusService: ErrStalled, -10000: ErrStalled, 0: ErrStalled,
	} {
		if err := statusError("0", status); !errors.Is(err, want) {
			t.Errorf("%d is %v", status, err)
		}
	}
	var seen []string
	for status := -10013; status <= -10000; status++ {
		seen = append(seen, fmt.Sprint(statusError("0", status)))
	}
	slices.Sort(seen)
	if n := len(slices.Compact(seen)); n < 10 {
		t.Errorf("only %d sentences", n)
	}
}
