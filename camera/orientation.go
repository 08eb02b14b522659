package camera

// Facing is which way a camera looks from the device it belongs to.
type Facing uint8

// The ways a camera looks.
const (
	Detached Facing = iota // it is no part of the device: a webcam on a cable
	Back
	Front // towards the person who holds the device
)

// A Mount is how a camera sits in its device. The zero value is a webcam's: its
// frames are upright as they are.
type Mount struct {
	Facing Facing
	// Degrees, clockwise, turn a frame upright on the screen of a device held as
	// it was made to be held: 0, 90, 180 or 270 (ACAMERA_SENSOR_ORIENTATION).
	Degrees int
	// Lamp says that there is one to switch.
	Lamp bool
}

// Turns is how many quarter turns clockwise bring a frame upright on a screen
// that draws everything turned clockwise by rotation quarter turns, as Android's
// Display.getRotation counts them: a device turned left by 90° draws with
// rotation 1.
//
// A camera at the back turns with the screen, so what the screen turns need not
// be turned again. One at the front sees its device turn the other way round. A
// detached one does not turn.
func (m Mount) Turns(rotation int) int {
	turns := m.Degrees / 90
	switch m.Facing {
	case Back:
		turns -= rotation
	case Front:
		turns += rotation
	}
	return ((turns % 4) + 4) % 4
}

// Mirrored says that people expect the picture as in a mirror: they see
// themselves. The mirror stands after the turn.
func (m Mount) Mirrored() bool { return m.Facing == Front }
