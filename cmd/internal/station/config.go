package station

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chot/camera"
	"chot/scanner"
)

// A Config is chot.toml: what a person on site may change. Everything has a
// default, so the file may be absent; an unknown key is an error. The file
// assets/linux/chot.toml explains every key.
type Config struct {
	Language  string            `toml:"language"`
	Direction scanner.Direction `toml:"direction"`
	Operator  string            `toml:"operator"`
	Operators []Operator        `toml:"operators"`
	Purposes  []Purpose         `toml:"purposes"`
	Vehicles  bool              `toml:"vehicles"`
	Sources   []string          `toml:"sources"`

	Screen struct {
		Preset string `toml:"preset"`
		Large  bool   `toml:"large"`
		Mirror bool   `toml:"mirror"`
	} `toml:"screen"`

	Camera struct {
		PowerLine     int  `toml:"power_line"`  // hertz; 0 for lamps that do not flicker
		ExposureUS    int  `toml:"exposure_us"` // 0 for automatic
		Focus         int  `toml:"focus"`       // 0 for automatic, 1 far to 100 near
		SlowInTheDark bool `toml:"slow_in_the_dark"`
		Backlight     bool `toml:"backlight"`
		Torch         bool `toml:"torch"`
		Leave         bool `toml:"leave"`
	} `toml:"camera"`

	Sound struct {
		On     bool   `toml:"on"`
		Volume int    `toml:"volume"`
		Spoken bool   `toml:"spoken"`
		Device string `toml:"device"`
	} `toml:"sound"`

	Relay struct {
		Admit    string `toml:"admit"`
		Refuse   string `toml:"refuse"`
		Turned   string `toml:"turned"`
		PulseMS  int    `toml:"pulse_ms"`
		WithinMS int    `toml:"within_ms"`
	} `toml:"relay"`

	Supervisor struct {
		PIN string `toml:"pin"`
	} `toml:"supervisor"`

	Journal struct {
		MaxMiB        int64 `toml:"max_mib"`
		RetentionDays int   `toml:"retention_days"`
	} `toml:"journal"`

	Link struct {
		RefreshMinutes int `toml:"refresh_minutes"`
	} `toml:"link"`
}

// An Operator is somebody who may take a shift.
type Operator struct {
	Name string `toml:"name"`
	PIN  string `toml:"pin"` // as HashPIN prints it; "" asks for none
}

// A Purpose is what somebody may pass for.
type Purpose struct {
	Code string `toml:"code"` // as lists name it
	VI   string `toml:"vi"`
	EN   string `toml:"en"`
}

// DefaultConfig is what holds where chot.toml says nothing.
func DefaultConfig() Config {
	c := Config{Language: "vi"}
	c.Screen.Preset, c.Camera.PowerLine = "day", 50
	c.Sound.On, c.Sound.Volume, c.Sound.Spoken = true, 8, true
	c.Relay.PulseMS, c.Relay.WithinMS = 500, 5000
	c.Journal.MaxMiB, c.Journal.RetentionDays, c.Link.RefreshMinutes = 256, 21, 15
	return c
}

// controls are what the cameras are set to.
func (c Config) controls() camera.Controls {
	line := map[int]camera.PowerLine{50: camera.Mains50Hz, 60: camera.Mains60Hz, 0: camera.MainsOff}[c.Camera.PowerLine]
	return camera.Controls{
		Leave: c.Camera.Leave, PowerLine: line, Exposure: time.Duration(c.Camera.ExposureUS) * time.Microsecond,
		SlowInTheDark: c.Camera.SlowInTheDark, Focus: c.Camera.Focus, Backlight: c.Camera.Backlight, Torch: c.Camera.Torch,
	}
}

// LoadConfig reads DIR/chot.toml; a missing file gives the defaults. What is
// wrong with it is one error that wraps ErrConfig; CheckConfig lists all.
func LoadConfig(dir string) (Config, error) {
	path := filepath.Join(dir, "chot.toml")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return DefaultConfig(), nil
	}
	if err != nil {
		return DefaultConfig(), fmt.Errorf("%w: %w; make it readable for this user", ErrConfig, err)
	}
	c, problems := CheckConfig(text)
	if len(problems) > 0 {
		return c, fmt.Errorf("read %s: %w: %w", path, ErrConfig, problems[0])
	}
	return c, nil
}

// writeFile writes a file so that a power cut leaves the old or the new one.
func writeFile(path string, b []byte, mode os.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-"+strings.TrimPrefix(filepath.Base(path), "."))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = f.Chmod(mode); err != nil {
		return err
	}
	if _, err = f.Write(b); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
