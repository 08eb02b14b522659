package station

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"chot/camera/serial"
	"chot/camera/wedge"
	"chot/ui/relay"

	"github.com/BurntSushi/toml"
)

// ErrConfig is wrapped by errors about chot.toml.
var ErrConfig = errors.New("the settings file has a mistake (chotctl config check shows all of them)")

// A Problem is one mistake in chot.toml.
type Problem struct {
	Line int    `json:"line"` // from 1; 0 when it is about no line
	Key  string `json:"key"`  // "" when the file cannot be read at all
	Says string `json:"says"` // what is wrong and what to do
}

// Error is String: a mistake may be what stops a station.
func (p Problem) Error() string { return p.String() }

func (p Problem) String() string {
	switch {
	case p.Line > 0 && p.Key != "":
		return fmt.Sprintf("line %d: %s %s", p.Line, p.Key, p.Says)
	case p.Line > 0:
		return fmt.Sprintf("line %d: %s", p.Line, p.Says)
	case p.Key != "":
		return p.Key + " " + p.Says
	}
	return p.Says
}

// The limits of chot.toml's numbers.
const (
	maxVolume    = 10
	maxOperators = 50
	maxPurposes  = 24
	maxName      = 40 // letters of a name or a purpose's text
)

// CheckConfig reads chot.toml's text and returns it with every mistake there
// is, in the order of their lines.
func CheckConfig(text []byte) (Config, []Problem) {
	c := DefaultConfig()
	meta, err := toml.Decode(string(text), &c)
	if err != nil {
		p := Problem{Says: err.Error()}
		var parse toml.ParseError
		if errors.As(err, &parse) {
			p.Line, p.Key = parse.Position.Line, parse.LastKey
			p.Says = "cannot be read: " + parse.Message + "; correct the line or delete it"
		}
		return DefaultConfig(), []Problem{p}
	}
	l := lines(string(text))
	var found []Problem
	wrong := func(key, says string, args ...any) {
		found = append(found, Problem{l.of(key), key, fmt.Sprintf(says, args...)})
	}
	for _, key := range meta.Undecoded() {
		if k := key.String(); !slices.ContainsFunc(found, func(p Problem) bool { return strings.HasPrefix(k, p.Key+".") }) {
			says := "is not a setting; check its spelling or delete the line"
			if near := nearest(k); near != "" {
				says = fmt.Sprintf("is not a setting; did you mean %s?", near)
			}
			wrong(k, "%s", says)
		}
	}
	c.check(wrong)
	slices.SortStableFunc(found, func(a, b Problem) int { return a.Line - b.Line })
	return c, found
}

// check says what is wrong with the values.
func (c Config) check(wrong func(key, says string, args ...any)) {
	within := func(key string, n, least, most int) {
		if n < least || n > most {
			wrong(key, "is %d, must be from %d to %d", n, least, most)
		}
	}
	name := func(key, what, s string) {
		if strings.TrimSpace(s) == "" || len([]rune(s)) > maxName {
			wrong(key, "%s must have from 1 to %d letters", what, maxName)
		}
	}
	if c.Language != "vi" && c.Language != "en" {
		wrong("language", "is %q, must be vi or en", c.Language)
	}
	if !slices.Contains([]string{"day", "night", "sun"}, c.Screen.Preset) {
		wrong("screen.preset", "is %q, must be day, night or sun", c.Screen.Preset)
	}
	within("sound.volume", c.Sound.Volume, 0, maxVolume)
	if c.Operator != "" {
		name("operator", "the name", c.Operator)
	}
	within("operators", len(c.Operators), 0, maxOperators)
	for i, o := range c.Operators {
		name("operators", fmt.Sprintf("the name of number %d", i+1), o.Name)
		if err := checkHash(o.PIN); o.PIN != "" && err != nil {
			wrong("operators", "%v (%s)", err, o.Name)
		}
		if slices.ContainsFunc(c.Operators[:i], func(other Operator) bool { return other.Name == o.Name }) {
			wrong("operators", "name %q twice; take one away", o.Name)
		}
	}
	within("purposes", len(c.Purposes), 0, maxPurposes)
	for i, p := range c.Purposes {
		name("purposes", fmt.Sprintf("the code of number %d", i+1), p.Code)
		if len([]rune(p.VI)) > maxName || len([]rune(p.EN)) > maxName {
			wrong("purposes", "text of %q has more than %d letters; shorten it", p.Code, maxName)
		}
		if slices.ContainsFunc(c.Purposes[:i], func(other Purpose) bool { return other.Code == p.Code }) {
			wrong("purposes", "name %q twice; take one away", p.Code)
		}
	}
	for _, line := range c.Sources {
		if err := checkSource(line); err != nil {
			wrong("sources", "has %v", err)
		}
	}
	c.checkCamera(wrong)
	c.checkRelay(wrong)
	within("relay.pulse_ms", c.Relay.PulseMS, 50, 10000)
	within("relay.within_ms", c.Relay.WithinMS, 500, 60000)
	if err := checkHash(c.Supervisor.PIN); c.Supervisor.PIN != "" && err != nil {
		wrong("supervisor.pin", "%v", err)
	}
	within("journal.max_mib", int(min(c.Journal.MaxMiB, 1<<30)), 1, 1024)
	within("journal.retention_days", c.Journal.RetentionDays, 0, 3650)
	within("link.refresh_minutes", c.Link.RefreshMinutes, 1, 24*60)
}

// What a camera's exposure may be, in microseconds: the least that V4L2 can
// say, and so long that nothing held up by hand is sharp.
const minExposure, maxExposure = 100, 200_000

func (c Config) checkCamera(wrong func(key, says string, args ...any)) {
	cam := c.Camera
	if !slices.Contains([]int{0, 50, 60}, cam.PowerLine) {
		wrong("camera.power_line", "is %d, must be 50 or 60, or 0 where lamps do not flicker", cam.PowerLine)
	}
	if cam.ExposureUS != 0 && (cam.ExposureUS < minExposure || cam.ExposureUS > maxExposure) {
		wrong("camera.exposure_us", "is %d, must be from %d to %d, or 0 to leave it to the camera", cam.ExposureUS, minExposure, maxExposure)
	}
	if cam.Focus < 0 || cam.Focus > 100 {
		wrong("camera.focus", "is %d, must be from 1 (far) to 100 (near), or 0 to leave it to the camera", cam.Focus)
	}
	standard := DefaultConfig().Camera
	standard.Leave = cam.Leave
	if cam.Leave && cam != standard {
		wrong("camera.leave", "leaves the camera as it is, but others of its settings are changed: delete this line or those")
	}
}

func (c Config) checkRelay(wrong func(key, says string, args ...any)) {
	for _, out := range []struct{ key, spec string }{{"relay.admit", c.Relay.Admit}, {"relay.refuse", c.Relay.Refuse}} {
		if _, err := relay.ParseSpec(out.spec); out.spec != "" && err != nil {
			wrong(out.key, "is not understood: %v", errors.Unwrap(err))
		}
	}
	if s, err := relay.ParseSpec(c.Relay.Turned); c.Relay.Turned != "" && (err != nil || !s.GPIO) {
		wrong("relay.turned", "is not understood: give an input, as in gpio:/dev/gpiochip0,27,low,pull-up")
	}
	if c.Relay.Admit != "" && c.Relay.Admit == c.Relay.Refuse {
		wrong("relay.refuse", "is the same relay as relay.admit: a refusal would open the barrier")
	}
	admit, _ := relay.ParseSpec(c.Relay.Admit)
	if refuse, err := relay.ParseSpec(c.Relay.Refuse); err == nil && !refuse.GPIO && refuse.Path == admit.Path && refuse.Baud != admit.Baud {
		wrong("relay.refuse", "is at %d baud, and relay.admit on the same port at %d: give both the same", refuse.Baud, admit.Baud)
	}
	if c.Relay.Turned != "" && c.Relay.Admit == "" {
		wrong("relay.turned", "has a sensor but relay.admit has no barrier: name it, or delete this line")
	}
}

// checkSource checks one line of sources.
func checkSource(line string) error {
	s, err := ParseSources([]string{line})
	if err != nil {
		return err
	}
	for _, spec := range s.Serials {
		if _, err := serial.ParseSpec(spec); err != nil {
			return err
		}
	}
	for _, spec := range s.Wedges {
		if _, err := wedge.ParseSpec(spec); err != nil {
			return err
		}
	}
	return nil
}

// lines knows the line on which each key of a file stands.
type lines string

// of returns a dotted key's line, that of its table if it has none of its own,
// or 0. It reads as people write: one key a line.
func (l lines) of(key string) int {
	table, first := "", 0
	parent := key[:max(0, strings.LastIndexByte(key, '.'))]
	for i, line := range strings.Split(string(l), "\n") {
		line = strings.TrimSpace(line)
		if inner, ok := strings.CutPrefix(line, "["); ok && !strings.Contains(line, "=") {
			inner, _, _ = strings.Cut(strings.TrimLeft(inner, "["), "]")
			table = strings.TrimSpace(inner)
			if table == key || table == parent && first == 0 {
				first = i + 1
			}
			if table == key {
				return first
			}
			continue
		}
		name, _, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		name = strings.Trim(strings.TrimSpace(name), `"`)
		if table != "" {
			name = table + "." + name
		}
		if name == key {
			return i + 1
		}
		if name == parent && first == 0 {
			first = i + 1 // an inline table
		}
	}
	return first
}

// Keys returns every key of chot.toml, dotted, in the order of Config.
func Keys() []string {
	var all []string
	var walk func(t reflect.Type, prefix string)
	walk = func(t reflect.Type, prefix string) {
		for i := range t.NumField() {
			f := t.Field(i)
			key := prefix + f.Tag.Get("toml")
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type, key+".")
				continue
			}
			all = append(all, key)
		}
	}
	walk(reflect.TypeFor[Config](), "")
	return all
}

// nearest returns the setting that was probably meant: the same but for a
// letter or two, or the same name in another section.
func nearest(key string) string {
	best, least := "", 3
	for _, k := range Keys() {
		if d := distance(key, k); d < least {
			best, least = k, d
		}
	}
	if best != "" {
		return best
	}
	for _, k := range Keys() {
		if k[strings.LastIndexByte(k, '.')+1:] == key[strings.LastIndexByte(key, '.')+1:] {
			return k
		}
	}
	return ""
}

// distance is Damerau's: letters put in, taken out, changed or swapped.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
