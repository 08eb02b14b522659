package camera

import (
	"fmt"
	"testing"
)

// turned turns a direction clockwise by quarter turns, x to the right and y
// down.
func turned(v [2]int, quarters int) [2]int {
	for range ((quarters % 4) + 4) % 4 {
		v = [2]int{-v[1], v[0]}
	}
	return v
}

// The world's up must be the screen's up for whoever looks at the device. Every
// step is followed as it happens in the hand, in a frame of reference of its own.
func TestTurnsBringTheWorldUpright(t *testing.T) {
	up := [2]int{0, -1}
	for _, facing := range []Facing{Detached, Back, Front} {
		for degrees := 0; degrees < 360; degrees += 90 {
			for rotation := range 4 {
				t.Run(fmt.Sprintf("facing %d, sensor %d, rotation %d", facing, degrees, rotation), func(t *testing.T) {
					m := Mount{Facing: facing, Degrees: degrees}
					// The device was turned left, as its owner sees it, by as much as
					// the screen turns right. In the device the world's up leans right.
					inDevice := turned(up, rotation)
					inFrame := inDevice
					switch facing {
					case Detached:
						inFrame = up // its place is another
					case Front:
						inFrame[0] = -inFrame[0] // it sees its owner's right on its left
					}
					inFrame = turned(inFrame, -degrees/90) // as the sensor is built in
					onScreen := turned(inFrame, m.Turns(rotation))
					if m.Mirrored() {
						onScreen[0] = -onScreen[0]
					}
					// The screen draws turned right within the device, which leans left.
					seen := turned(turned(onScreen, rotation), -rotation)
					if seen != up {
						t.Errorf("%d quarter turns show up as %v", m.Turns(rotation), seen)
					}
				})
			}
		}
	}
}

// What phones are: the back sensor's long side lies across the upright phone,
// and in landscape its frames are shown as they come.
func TestTurnsOfAPhone(t *testing.T) {
	back, front := Mount{Facing: Back, Degrees: 90}, Mount{Facing: Front, Degrees: 270}
	for rotation, want := range [][2]int{{1, 3}, {0, 0}, {3, 1}, {2, 2}} {
		if b, f := back.Turns(rotation), front.Turns(rotation); b != want[0] || f != want[1] {
			t.Errorf("rotation %d: the back camera's frames are turned by %d, the front camera's by %d; want %v", rotation, b, f, want)
		}
	}
	if back.Mirrored() || !front.Mirrored() || (Mount{}).Mirrored() {
		t.Error("only a camera that faces its owner is a mirror")
	}
}
