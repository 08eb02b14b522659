package camera

import "time"

// Controls are a camera's settings. The zero value suits a gate: what the camera
// adjusts by itself it goes on adjusting, without making pictures so long that a
// moving card smears, and lamps on 50 Hz mains, as in Vietnam, do not flicker.
//
// A control the camera has not, or refuses, is left out: that is no error.
type Controls struct {
	// Leave touches nothing.
	Leave bool
	// PowerLine is the mains frequency that lamps flicker with.
	PowerLine PowerLine
	// Exposure is how long each picture is exposed; zero leaves it to the
	// camera.
	Exposure time.Duration
	// SlowInTheDark lets the camera deliver fewer pictures when it is dark, so
	// that each is brighter.
	SlowInTheDark bool
	// Focus is a fixed focus from 1 (far) to 100 (near), of the range the camera
	// has; zero leaves it to the camera.
	Focus int
	// Backlight has the camera light what is in front of a bright background.
	Backlight bool
	// Torch switches the camera's lamp on.
	Torch bool
}

// PowerLine is a mains frequency.
type PowerLine uint8

// Mains frequencies.
const (
	Mains50Hz PowerLine = iota
	Mains60Hz
	MainsOff // lamps that do not flicker
)

// Control numbers (include/uapi/linux/v4l2-controls.h).
const (
	cidBacklight        = 0x00980900 + 28
	cidPowerLine        = 0x00980900 + 24
	cidAutoExposure     = 0x009a0900 + 1
	cidExposure         = 0x009a0900 + 2 // in 100 µs
	cidExposurePriority = 0x009a0900 + 3
	cidFocus            = 0x009a0900 + 10
	cidAutoFocus        = 0x009a0900 + 12
	cidTorch            = 0x009c0900 + 1 // V4L2_CID_FLASH_LED_MODE
)

const (
	exposureAuto     = 0 // V4L2_EXPOSURE_AUTO
	exposureManual   = 1
	exposureAperture = 3 // automatic time; what USB cameras call automatic

	powerLineOff, powerLine50, powerLine60 = 0, 1, 2

	torchOff, torchOn = 0, 2 // V4L2_FLASH_LED_MODE_NONE, _TORCH
)

// bounds is what a control can be set to.
type bounds struct{ min, max, step int32 }

// controlled is a camera's controls, as its driver has them.
type controlled interface {
	bounds(id uint32) (bounds, bool)
	set(id uint32, value int32) error
}

// apply sets what the camera has and returns the numbers of what was set. The
// order matters: a camera refuses a fixed time or focus as long as it chooses
// its own.
func (c Controls) apply(cam controlled) (done []uint32) {
	if c.Leave {
		return nil
	}
	set := func(id uint32, value int32) bool {
		b, ok := cam.bounds(id)
		if !ok || value < b.min || value > b.max || cam.set(id, value) != nil {
			return false
		}
		done = append(done, id)
		return true
	}
	within := func(id uint32, value int64) {
		if b, ok := cam.bounds(id); ok {
			v := min(max(value, int64(b.min)), int64(b.max))
			if b.step > 1 {
				v -= (v - int64(b.min)) % int64(b.step)
			}
			set(id, int32(v))
		}
	}
	set(cidPowerLine, [...]int32{Mains50Hz: powerLine50, Mains60Hz: powerLine60, MainsOff: powerLineOff}[c.PowerLine%3])
	if c.Exposure > 0 {
		set(cidAutoExposure, exposureManual)
		within(cidExposure, max(1, int64(c.Exposure/(100*time.Microsecond))))
	} else if !set(cidAutoExposure, exposureAperture) {
		set(cidAutoExposure, exposureAuto)
	}
	set(cidExposurePriority, choice(c.SlowInTheDark, 1, 0))
	if c.Focus > 0 {
		set(cidAutoFocus, 0)
		if b, ok := cam.bounds(cidFocus); ok {
			within(cidFocus, int64(b.min)+(int64(b.max)-int64(b.min))*int64(min(c.Focus, 100)-1)/99)
		}
	} else {
		set(cidAutoFocus, 1)
	}
	if b, ok := cam.bounds(cidBacklight); ok {
		set(cidBacklight, choice(c.Backlight, b.max, b.min))
	}
	set(cidTorch, choice(c.Torch, torchOn, torchOff))
	return done
}

func choice(yes bool, then, otherwise int32) int32 {
	if yes {
		return then
	}
	return otherwise
}
