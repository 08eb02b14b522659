package ui

import (
	"strings"
	"time"

	"gioui.org/io/event"
	"gioui.org/io/key"
	"gioui.org/op"
	"gioui.org/op/clip"

	"chot/scanner"
)

// A sink takes what readers type that pretend to be keyboards, and what a
// person types. It holds the keyboard's focus on every screen.
//
// A reader ends its text with Return, Enter or Tab; one that was never set up
// ends it with silence, which counts if the text is long enough to be a
// number. Less is a stray key and is dropped.
type sink struct {
	line strings.Builder
	over bool      // the line was longer than any code: all of it is dropped
	last time.Time // when the newest text came
	tag  struct{ _ byte }
}

const (
	silence  = 250 * time.Millisecond
	shortest = 9
)

// listen turns keys into intents, in the order they came.
func (p *page) listen() {
	s, now := &p.ui.sink, p.gtx.Now
	p.claimKeys()
	heard := false
	for {
		e, ok := p.gtx.Event(
			key.FocusFilter{Target: &s.tag},
			key.Filter{Name: key.NameReturn, Optional: key.ModShift},
			key.Filter{Name: key.NameEnter, Optional: key.ModShift},
			key.Filter{Name: key.NameTab, Optional: key.ModShift},
			key.Filter{Name: key.NameDeleteBackward},
			key.Filter{Name: key.NameEscape},
			key.Filter{Name: key.NameBack},
			key.Filter{Name: key.NameF1},
			key.Filter{Name: key.NameF2},
			key.Filter{Name: key.NameF3},
			key.Filter{Name: key.NameF4},
			key.Filter{Name: key.NameF5},
			key.Filter{Name: key.NameF10},
		)
		if !ok {
			break
		}
		switch e := e.(type) {
		case key.EditEvent:
			heard = true
			p.heard(e.Text)
		case key.Event:
			if e.State == key.Press {
				p.pressedKey(e.Name)
			}
		}
	}
	switch {
	case heard:
		s.last = now
	case (s.line.Len() > 0 || s.over) && now.Sub(s.last) >= silence:
		if line := s.take(); !p.snap.Screen.typed() && len(line) >= shortest {
			p.want(WedgeText{Text: line})
		}
	}
	if s.line.Len() > 0 {
		p.gtx.Execute(op.InvalidateCmd{At: s.last.Add(silence)})
	}
}

// claimKeys holds the focus and keeps input methods from composing.
func (p *page) claimKeys() {
	s := &p.ui.sink
	area := clip.Rect(p.window()).Push(p.gtx.Ops)
	event.Op(p.gtx.Ops, &s.tag)
	key.InputHintOp{Tag: &s.tag, Hint: key.HintPassword}.Add(p.gtx.Ops)
	area.Pop()
	if !p.gtx.Focused(&s.tag) {
		p.gtx.Execute(key.FocusCmd{Tag: &s.tag})
	}
}

func (p *page) heard(text string) {
	s := &p.ui.sink
	for _, part := range strings.SplitAfter(text, "\n") {
		body := strings.TrimRight(part, "\r\n")
		if s.over = s.over || s.line.Len()+len(body) > scanner.MaxPayload; !s.over {
			s.line.WriteString(body)
		}
		if p.snap.Screen.typed() && body != "" {
			p.want(TypeText{Text: body})
		}
		if len(body) < len(part) {
			p.ended()
		}
	}
}

// ended handles the end of a line, from a reader or a person.
func (p *page) ended() {
	line := p.ui.sink.take()
	switch {
	case !p.snap.Screen.typed():
		if line != "" {
			p.want(WedgeText{Text: line})
		}
	case !p.snap.Screen.takes(line):
		// A reader went off while something was being typed: it is a scan.
		p.want(ClearTyped{})
		p.want(WedgeText{Text: line})
	default:
		p.want(SubmitTyped{})
	}
}

func (p *page) pressedKey(name key.Name) {
	switch name {
	case key.NameReturn, key.NameEnter, key.NameTab:
		p.ended()
	case key.NameDeleteBackward:
		p.ui.sink.take()
		p.want(EraseTyped{})
	case key.NameEscape, key.NameBack:
		switch p.snap.Screen {
		case TypedScreen:
			p.want(CloseTyped{})
		case WhyScreen:
			p.want(CloseWhy{})
		case VerdictScreen:
			p.want(Dismiss{})
		case ScanScreen:
			p.want(GoBack{})
		case FirstScreen: // there is nothing behind it
		default:
			p.want(Close{})
		}
	case key.NameF1:
		p.want(Why{})
	case key.NameF2:
		p.want(SetDirection{Direction: scanner.In})
	case key.NameF3:
		p.want(SetDirection{Direction: scanner.Out})
	case key.NameF4:
		p.want(OpenTyped{})
	case key.NameF5:
		p.want(Open{Screen: MoreScreen})
	case key.NameF10:
		p.want(AskSupervisor{})
	}
}

// typed reports whether a screen has a field that keys write into.
func (s Screen) typed() bool { return s == TypedScreen || s == VehicleScreen || s == PINScreen }

// takes reports whether a line may have been typed into the screen's field by
// a person.
func (s Screen) takes(line string) bool {
	line = strings.Map(func(r rune) rune {
		if r == ' ' || r == '.' || r == '-' {
			return -1
		}
		return r
	}, line)
	if s == VehicleScreen {
		return len(line) <= MaxPlate && plateLetters(line) == strings.ToUpper(line)
	}
	return onlyDigits(line) == line
}

func (s *sink) take() string {
	line := s.line.String()
	if s.over {
		line = ""
	}
	s.line.Reset()
	s.over = false
	return line
}
