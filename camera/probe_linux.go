//go:build linux && !android

package camera

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"
)

// List tells the cameras there are: every device that delivers pictures this
// package can read, in natural order of their paths. The error says why there
// is none.
func List() ([]Info, error) { return list(Camera{}.want()) }

func list(want Mode) ([]Info, error) {
	paths, err := filepath.Glob("/dev/video*")
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("camera: %w", ErrNoCamera)
	}
	slices.SortFunc(paths, natural)
	var found []Info
	var why error
	for _, path := range paths {
		info, err := inspect(path, want)
		if err == nil {
			found = append(found, info)
		} else if why == nil || errors.Is(err, ErrPermission) {
			why = err
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	if errors.Is(why, ErrNotCamera) || errors.Is(why, ErrUnplugged) {
		why = fmt.Errorf("camera: %w", ErrNoCamera) // metadata and output nodes only
	}
	return nil, why
}

// Probe tells what the camera is, or why it cannot be used, without starting it.
func (c Camera) Probe() (Info, error) {
	if c.auto() {
		found, err := list(c.want())
		if err != nil {
			return Info{}, err
		}
		return found[0], nil
	}
	return inspect(c.Path, c.want())
}

// candidates are the cameras that this one may be, the likeliest first. err says
// why the one that was named cannot be used.
func (c Camera) candidates() (found []Info, err error) {
	if c.auto() {
		return list(c.want())
	}
	info, err := inspect(c.Path, c.want())
	known := c.known != nil && c.known.Name != ""
	if err == nil && (!known || info.Name == c.known.Name) {
		return []Info{info}, nil
	}
	if err == nil {
		found = []Info{info} // another camera has taken its node: better than none
	}
	if all, _ := list(c.want()); known {
		found = append(again(all, *c.known), found...)
	}
	return found, err
}

// again finds a camera that was plugged in anew: where it was, or else elsewhere
// if no other calls itself the same.
func again(all []Info, known Info) (found []Info) {
	for _, same := range []func(Info) bool{
		func(i Info) bool { return i.Name == known.Name && i.Bus == known.Bus },
		func(i Info) bool { return i.Name == known.Name },
	} {
		found = nil
		for _, i := range all {
			if same(i) {
				found = append(found, i)
			}
		}
		if len(found) == 1 {
			return found
		}
	}
	return nil
}

func inspect(path string, want Mode) (Info, error) {
	cam, err := webcam.Open(path)
	if err != nil {
		return Info{}, openError(path, err)
	}
	defer cam.Close()
	info := Info{Path: path, Modes: modes(cam, want)}
	info.Name, _ = cam.GetName()
	info.Bus, _ = cam.GetBusInfo()
	if len(info.Modes) == 0 {
		if len(cam.GetSupportedFormats()) == 0 {
			return Info{}, fmt.Errorf("camera %s: %w", path, ErrNotCamera)
		}
		return Info{}, fmt.Errorf("camera %s: %w", path, ErrFormat)
	}
	return info, nil
}

// modes lists what the camera delivers and this package reads. Of a range of
// sizes it takes the one nearest to the one wanted. The library reports a
// continuous range (V4L2_FRMSIZE_TYPE_CONTINUOUS) as nothing at all; such a size
// is not a listed one and is left out.
func modes(cam *webcam.Webcam, want Mode) []Mode {
	var list []Mode
	supported := cam.GetSupportedFormats()
	for _, name := range formats {
		code := fourcc(name)
		if _, ok := supported[code]; !ok {
			continue
		}
		for _, s := range cam.GetSupportedFrameSizes(code) {
			if s.MaxWidth == 0 || s.MaxHeight == 0 || int64(s.MaxWidth)*int64(s.MaxHeight) > 1<<40 {
				continue
			}
			m := Mode{Format: name,
				Width:  fit(want.Width, int(s.MinWidth), int(s.MaxWidth), int(s.StepWidth)),
				Height: fit(want.Height, int(s.MinHeight), int(s.MaxHeight), int(s.StepHeight)),
			}
			if checkSize(m.Width, m.Height) != nil {
				continue
			}
			for _, r := range cam.GetSupportedFramerates(code, uint32(m.Width), uint32(m.Height)) {
				if r.MinNumerator > 0 { // a rate is the inverse of an interval
					m.FPS = max(m.FPS, float64(r.MaxDenominator)/float64(r.MinNumerator))
				}
			}
			list = append(list, m)
		}
	}
	return list
}

// openError gives an error of opening a device its sentence.
func openError(path string, err error) error {
	var sentence error
	switch {
	case errors.Is(err, unix.ENOENT):
		sentence = ErrNoCamera
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		sentence = ErrPermission
	case errors.Is(err, unix.EBUSY):
		sentence = ErrBusy
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EIO):
		sentence = ErrUnplugged
	default: // ENOTTY of a file that is no V4L2 device; the library's own texts
		sentence = ErrNotCamera
	}
	return fmt.Errorf("camera %s: %w", path, sentence)
}

func fourcc(s string) webcam.PixelFormat {
	return webcam.PixelFormat(uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24)
}
