package camera

import (
	"slices"
	"testing"
)

func TestChoose(t *testing.T) {
	hd := Mode{Width: 1280, Height: 720}
	for _, c := range []struct {
		name  string
		modes []Mode
		want  Mode
		pick  Mode
	}{
		{"slow raw loses to its MJPG",
			[]Mode{{"YUYV", 1280, 720, 10}, {"YUYV", 640, 480, 30}, {"MJPG", 1280, 720, 30}, {"MJPG", 1920, 1080, 30}},
			hd, Mode{"MJPG", 1280, 720, 30}},
		{"live raw wins",
			[]Mode{{"MJPG", 1280, 720, 60}, {"YUYV", 1280, 720, 30}}, hd, Mode{"YUYV", 1280, 720, 30}},
		{"size before everything",
			[]Mode{{"YUYV", 640, 480, 30}, {"YUYV", 1280, 800, 5}}, hd, Mode{"YUYV", 1280, 800, 5}},
		{"an unknown rate counts as live",
			[]Mode{{"MJPG", 1280, 720, 30}, {"YUYV", 1280, 720, 0}}, hd, Mode{"YUYV", 1280, 720, 0}},
		{"insisting", []Mode{{"YUYV", 1280, 720, 30}, {"MJPG", 640, 480, 30}},
			Mode{Format: "MJPG", Width: 1280, Height: 720}, Mode{"MJPG", 640, 480, 30}},
	} {
		got, ok := choose(c.modes, c.want)
		if !ok || got != c.pick {
			t.Errorf("%s: chose %v, want %v", c.name, got, c.pick)
		}
	}
	if m, ok := choose([]Mode{{"H264", 1280, 720, 30}, {"YUYV", 0, 0, 30}}, hd); ok {
		t.Errorf("chose %v, which cannot be read", m)
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct{ want, min, max, step, got int }{
		{1280, 320, 1920, 2, 1280}, {1280, 16, 640, 8, 640}, {1280, 1600, 3200, 16, 1600},
		{1280, 48, 4096, 50, 1248}, {720, 720, 720, 0, 720}, {1280, 2, 1919, 1, 1280},
	} {
		if got := fit(c.want, c.min, c.max, c.step); got != c.got {
			t.Errorf("fit(%d, %d…%d by %d) = %d, want %d", c.want, c.min, c.max, c.step, got, c.got)
		}
	}
}

func TestNatural(t *testing.T) {
	want := []string{"a", "card1.jpg", "card01.jpg", "card2.jpg", "card2b.jpg", "card10.jpg", "card10", "d", "d/video9", "d/video10"}
	slices.SortFunc(want, natural)
	shuffled := slices.Clone(want)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, natural)
	if !slices.Equal(shuffled, want) {
		t.Errorf("order depends on the input: %v, %v", shuffled, want)
	}
	for _, pair := range [][2]string{{"card2.jpg", "card10.jpg"}, {"/dev/video2", "/dev/video10"}, {"a", "b"}, {"a1", "a1b"}, {"a09", "a9"},
		{"f99999999999999999999999", "f100000000000000000000000"}} {
		if natural(pair[0], pair[1]) >= 0 || natural(pair[1], pair[0]) <= 0 {
			t.Errorf("%s does not come before %s", pair[0], pair[1])
		}
	}
	if natural("x1", "x1") != 0 {
		t.Error("a name differs from itself")
	}
}
