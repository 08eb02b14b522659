package station

import "encoding/json"

// Preferences are what a supervisor chooses on the device itself. They are
// kept with the journal and win over chot.toml, which nobody's program rewrites.
type Preferences struct {
	Language string `json:"language"`
	Preset   string `json:"preset"`
	Large    bool   `json:"large"`
	Volume   int    `json:"volume"`
	Spoken   bool   `json:"spoken"`
	Vibrate  bool   `json:"vibrate"` // where the device can
}

const settingPreferences = "preferences"

// preferences returns what chot.toml says.
func (c Config) preferences() Preferences {
	return Preferences{Language: c.Language, Preset: c.Screen.Preset, Large: c.Screen.Large, Volume: c.Sound.Volume, Spoken: c.Sound.Spoken, Vibrate: true}
}

// Preferences returns what is in force: what was chosen on the device, else
// chot.toml.
func (s *Station) Preferences() Preferences {
	p := s.config.preferences()
	b, err := s.store.Setting(settingPreferences)
	if err != nil || b == nil {
		return p
	}
	chosen := p
	c := s.config
	if json.Unmarshal(b, &chosen) != nil {
		return p
	}
	c.Language, c.Screen.Preset, c.Sound.Volume = chosen.Language, chosen.Preset, chosen.Volume
	good := true
	c.check(func(string, string, ...any) { good = false })
	if !good {
		return p // another version's
	}
	return chosen
}

// SetPreferences keeps and applies what was chosen.
func (s *Station) SetPreferences(p Preferences) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := s.store.PutSetting(settingPreferences, b); err != nil {
		return err
	}
	s.tune(p)
	return nil
}
