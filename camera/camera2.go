package camera

import (
	"cmp"
	"fmt"
	"slices"
)

// What Android's Camera2 says of a camera and is asked for, as numbers of the NDK
// (camera/NdkCameraMetadataTags.h; camera2_numbers_android.go holds them against it). All
// that is decided about a camera is decided here, where it needs no Android.
const (
	tagAntibanding   = 0x10000 // ACAMERA_CONTROL_AE_ANTIBANDING_MODE
	tagCompensation  = 0x10001 // ACAMERA_CONTROL_AE_EXPOSURE_COMPENSATION
	tagExposureMode  = 0x10003 // ACAMERA_CONTROL_AE_MODE
	tagRates         = 0x10005 // ACAMERA_CONTROL_AE_TARGET_FPS_RANGE
	tagFocusMode     = 0x10007 // ACAMERA_CONTROL_AF_MODE
	tagAntibandings  = 0x10012 // ACAMERA_CONTROL_AE_AVAILABLE_ANTIBANDING_MODES
	tagExposureModes = 0x10013 // ACAMERA_CONTROL_AE_AVAILABLE_MODES
	tagRateRanges    = 0x10014 // ACAMERA_CONTROL_AE_AVAILABLE_TARGET_FPS_RANGES
	tagCompensations = 0x10015 // ACAMERA_CONTROL_AE_COMPENSATION_RANGE
	tagFocusModes    = 0x10017 // ACAMERA_CONTROL_AF_AVAILABLE_MODES
	tagFlash         = 0x40002 // ACAMERA_FLASH_MODE
	tagHasFlash      = 0x50000 // ACAMERA_FLASH_INFO_AVAILABLE
	tagFocus         = 0x80003 // ACAMERA_LENS_FOCUS_DISTANCE
	tagFacing        = 0x80005 // ACAMERA_LENS_FACING
	tagNearest       = 0x90005 // ACAMERA_LENS_INFO_MINIMUM_FOCUS_DISTANCE
	tagCapabilities  = 0xc000c // ACAMERA_REQUEST_AVAILABLE_CAPABILITIES
	tagSizes         = 0xd000a // ACAMERA_SCALER_AVAILABLE_STREAM_CONFIGURATIONS
	tagIntervals     = 0xd000b // ACAMERA_SCALER_AVAILABLE_MIN_FRAME_DURATIONS
	tagExposure      = 0xe0000 // ACAMERA_SENSOR_EXPOSURE_TIME
	tagSensitivity   = 0xe0002 // ACAMERA_SENSOR_SENSITIVITY
	tagOrientation   = 0xe000e // ACAMERA_SENSOR_ORIENTATION
	tagSensitivities = 0xf0001 // ACAMERA_SENSOR_INFO_SENSITIVITY_RANGE
	tagExposures     = 0xf0003 // ACAMERA_SENSOR_INFO_EXPOSURE_TIME_RANGE
)

// Values of these, and the types an entry can have.
const (
	facingFront, facingBack              = 0, 1
	antibanding50, antibanding60         = 1, 2
	antibandingOff, antibandingAuto      = 0, 3
	focusFixed, focusVideo, focusPicture = 0, 3, 4
	exposureByHand, exposureByItself     = 0, 1
	flashOff, flashTorch                 = 0, 2
	manualSensor                         = 1
	yuv420                               = 0x23 // AIMAGE_FORMAT_YUV_420_888

	typeByte, typeInt32, typeFloat, typeInt64 = 0, 1, 2, 3
)

// What a call ends with (camera/NdkCameraError.h).
const (
	statusDisconnected  = -10002
	statusDevice        = -10005
	statusService       = -10006
	statusSessionClosed = -10007
	statusConfigure     = -10009
	statusInUse         = -10010
	statusTooMany       = -10011
	statusDisabled      = -10012
	statusPermission    = -10013
)

// A description reads an entry of what a camera says of itself; nil where it says
// nothing. Floats come in millionths.
type description func(tag uint32) []int64

// first is the first value of an entry, or otherwise.
func (d description) first(tag uint32, otherwise int64) int64 {
	if v := d(tag); len(v) > 0 {
		return v[0]
	}
	return otherwise
}

// pair is an entry of two values, a range.
func (d description) pair(tag uint32) (low, high int64, ok bool) {
	v := d(tag)
	if len(v) < 2 || v[0] > v[1] {
		return 0, 0, false
	}
	return v[0], v[1], true
}

// info is what a camera called name says of itself.
func (d description) info(name string) Info {
	m := Mount{Facing: Detached, Degrees: int(d.first(tagOrientation, 0)), Lamp: d.first(tagHasFlash, 0) == 1}
	what := "camera"
	switch d.first(tagFacing, -1) {
	case facingBack:
		m.Facing, what = Back, "back camera"
	case facingFront:
		m.Facing, what = Front, "front camera"
	}
	return Info{Path: name, Name: what + " " + name, Mount: m, Modes: d.modes()}
}

// modes are the sizes in which luminance comes as a plane of its own. Android's
// YUV_420_888 is called NV12 here, which differs in the chroma nobody looks at.
func (d description) modes() (all []Mode) {
	const each = 4 // format, width, height, and 1 for input or the interval in ns
	sizes, intervals := d(tagSizes), d(tagIntervals)
	for s := range slices.Chunk(sizes, each) {
		if len(s) < each || s[0] != yuv420 || s[3] != 0 || checkSize(int(s[1]), int(s[2])) != nil {
			continue
		}
		m := Mode{Format: "NV12", Width: int(s[1]), Height: int(s[2])}
		for i := range slices.Chunk(intervals, each) {
			if len(i) == each && slices.Equal(i[:3], s[:3]) && i[3] > 0 {
				m.FPS = 1e9 / float64(i[3])
			}
		}
		all = append(all, m)
	}
	return all
}

// An entry is one setting of a capture request.
type entry struct {
	tag    uint32
	kind   int32
	values []int64 // one or two
}

// entries are the request for a camera that describes itself as d.
func (c Controls) entries(d description) (all []entry) {
	if c.Leave {
		return nil
	}
	set := func(tag uint32, kind int32, values ...int64) { all = append(all, entry{tag, kind, values}) }
	// mode sets the first of the wanted modes that the camera lists.
	mode := func(tag, list uint32, wanted ...int64) bool {
		listed := d(list)
		i := slices.IndexFunc(wanted, func(w int64) bool { return slices.Contains(listed, w) })
		if i < 0 {
			return false
		}
		set(tag, typeByte, wanted[i])
		return i == 0
	}
	mode(tagAntibanding, tagAntibandings, [...]int64{Mains50Hz: antibanding50, Mains60Hz: antibanding60, MainsOff: antibandingOff}[c.PowerLine%3], antibandingAuto)

	shortest, longest, ok := d.pair(tagExposures)
	if ok && c.Exposure > 0 && slices.Contains(d(tagCapabilities), manualSensor) && mode(tagExposureMode, tagExposureModes, exposureByHand) {
		set(tagExposure, typeInt64, min(max(c.Exposure.Nanoseconds(), shortest), longest))
		// Without a meter, what is bright enough indoors and still clear.
		if low, high, ok := d.pair(tagSensitivities); ok {
			set(tagSensitivity, typeInt32, min(max(800, low), high))
		}
	} else {
		mode(tagExposureMode, tagExposureModes, exposureByItself)
		if _, high, ok := d.pair(tagCompensations); ok && c.Backlight {
			set(tagCompensation, typeInt32, high/2) // about one stop
		}
	}
	if low, high, ok := rates(d(tagRateRanges), c.SlowInTheDark); ok {
		set(tagRates, typeInt32, low, high)
	}
	if nearest := d.first(tagNearest, 0); c.Focus > 0 && nearest > 0 && mode(tagFocusMode, tagFocusModes, focusFixed) {
		set(tagFocus, typeFloat, nearest*int64(min(c.Focus, 100)-1)/99) // in dioptres
	} else {
		mode(tagFocusMode, tagFocusModes, focusPicture, focusVideo)
	}
	if e, ok := torch(d, c.Torch); ok {
		all = append(all, e)
	}
	return all
}

// torch is the setting of the lamp of a camera that has one.
func torch(d description, on bool) (entry, bool) {
	flash := int64(flashOff)
	if on {
		flash = flashTorch
	}
	return entry{tagFlash, typeByte, []int64{flash}}, d.first(tagHasFlash, 0) == 1
}

// rates chooses a range of frames a second: one that reaches what looks live, no
// more than is of use, and that either keeps exposures short or lets them grow.
func rates(ranges []int64, slow bool) (low, high int64, ok bool) {
	const most = 30
	var found [][]int64
	for r := range slices.Chunk(ranges, 2) {
		if len(r) == 2 && r[0] > 0 && r[0] <= r[1] && r[1] >= liveFPS {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return 0, 0, false
	}
	best := slices.MinFunc(found, func(a, b []int64) int {
		steady := cmp.Compare(b[0], a[0])
		if slow {
			steady = -steady
		}
		return cmp.Or(cmp.Compare(max(a[1], most), max(b[1], most)), steady, cmp.Compare(b[1], a[1]))
	})
	return best[0], best[1], true
}

// pick finds a camera by the name that chot.toml gives it: auto is the main one at
// the back, else one on a cable, else the one at the front; front is that one; a
// number is Android's.
func pick(all []Info, path string) (Info, error) {
	wanted := []Facing{Back, Detached, Front}
	switch path {
	case "", "auto":
	case "back":
		wanted = []Facing{Back}
	case "front":
		wanted = []Facing{Front}
	default:
		if i := slices.IndexFunc(all, func(i Info) bool { return i.Path == path }); i >= 0 {
			return all[i], nil
		}
		return Info{}, fmt.Errorf("camera %s: %w", path, ErrNoCamera)
	}
	for _, f := range wanted {
		if i := slices.IndexFunc(all, func(i Info) bool { return i.Mount.Facing == f && len(i.Modes) > 0 }); i >= 0 {
			return all[i], nil
		}
	}
	return Info{}, fmt.Errorf("camera %s: %w", cmp.Or(path, "auto"), ErrCameraless)
}

// statusError is the sentence for a camera_status_t.
func statusError(name string, status int) error {
	var err error
	switch status {
	case statusDisconnected, statusSessionClosed: // a more important program took it, or it is gone
		err = ErrUnplugged
	case statusInUse:
		err = ErrBusy
	case statusTooMany:
		err = ErrTooMany
	case statusDisabled:
		err = ErrDisabled
	case statusPermission:
		err = ErrPermission
	case statusConfigure:
		err = ErrFormat
	case statusDevice, statusService:
		err = ErrStalled
	default:
		err = fmt.Errorf("status %d: %w", status, ErrStalled)
	}
	return fmt.Errorf("camera %s: %w", name, err)
}
