package station

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chot/scanner"
	"chot/scanner/credential"
	"chot/sync/wire"
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
	c.Screen.Preset = "day"
	c.Sound.On, c.Sound.Volume, c.Sound.Spoken = true, 8, true
	c.Relay.PulseMS, c.Relay.WithinMS = 500, 5000
	c.Journal.MaxMiB, c.Journal.RetentionDays, c.Link.RefreshMinutes = 256, 21, 15
	return c
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

// A Rules is the policy as a hub grants it (JSON in the grant). Outcomes are
// "refuse", "refer" or "admit"; what is left out refuses.
type Rules struct {
	Schemes      []string        `json:"schemes"`
	Absent       scanner.Outcome `json:"absent"`
	AbsentPass   scanner.Outcome `json:"absent_pass"`
	AntiPassback bool            `json:"anti_passback,omitempty"`
	AgainSeconds int             `json:"again_seconds,omitempty"`
}

// Policy turns granted rules into what Decide takes.
func (r Rules) Policy(g wire.Grant) (scanner.Policy, error) {
	p := scanner.Policy{
		Checkpoint: g.Checkpoint, Lane: g.Lane, Zone: g.Zone,
		Absent: r.Absent, AbsentPass: r.AbsentPass,
		AntiPassback: r.AntiPassback, Again: time.Duration(r.AgainSeconds) * time.Second,
	}
	for _, name := range r.Schemes {
		s, err := credential.ParseScheme(name)
		if err != nil || s == credential.Unrecognised {
			return scanner.Policy{}, fmt.Errorf("the granted policy names the scheme %q, which this version does not know; update Chốt or have the hub grant another policy", name)
		}
		p.Schemes = append(p.Schemes, s)
	}
	return p, nil
}

// DefaultRules accepts every scheme that names a person or vehicle, refers
// whom no list names and admits a valid pass.
func DefaultRules() Rules {
	r := Rules{Absent: scanner.Refer, AbsentPass: scanner.Admit}
	for _, s := range []credential.Scheme{credential.CCCD, credential.BHYT, credential.QRQG, credential.Claim169,
		credential.GreenLane, credential.TKVT, credential.MRZ, credential.Typed} {
		r.Schemes = append(r.Schemes, s.String())
	}
	return r
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
