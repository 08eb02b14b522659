package ui

import "chot/scanner"

// Stop says that no station is at work, why, and which file, line or device it
// is about: nothing can be scanned, no verdict appears, and the screen says so
// until Start.
func (m *Model) Stop(why scanner.Fault, detail string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now.Stopped == why && m.now.Detail == detail {
		return // it was tried again; whoever is on the way out of it stays there
	}
	m.now.Stopped, m.now.Detail, m.queue = why, detail, nil
	m.leave(StoppedScreen, m.clock)
}

// Start says that a station is at work again, or that the device waits for its
// enrolment.
func (m *Model) Start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now.Stopped == "" {
		return
	}
	m.now.Stopped, m.now.Detail = "", ""
	m.leave(m.home(), m.clock)
}

// outlived reports whether a screen opens though the device's keys are destroyed,
// and with them the PINs: what it has scanned is sealed to the authority, whoever
// carries it; and it may be enrolled anew.
func (m *Model) outlived(s Screen) bool {
	return m.now.Stopped == scanner.FaultKeysDestroyed && (s == ExportScreen || s == EnrolScreen)
}

// stopped says that nothing can be scanned, why, and what to do.
func (p *page) stopped() {
	look := p.c.alert
	p.ground(look.ground)
	body := inset(p.window(), p.u(56), p.u(40))
	foot, body := cutBottom(body, p.reach(96))
	label, out := p.remedy(p.snap.Stopped)
	p.after(foot, func() {
		rest := p.languages(foot)
		if p.snap.Stopped == scanner.FaultKeysDestroyed {
			left, right := cutLeft(rest, rest.Dx()/2)
			p.act("stopped-export", inset(left, p.u(8), 0), p.w.Menu.Export, true, Open{ExportScreen})
			p.act("stopped-enrol", inset(right, p.u(8), 0), p.w.Menu.Enrol, true, Open{EnrolScreen})
			return
		}
		if out != nil {
			p.act("stopped-remedy", rest, label, true, out)
			return
		}
		p.write(rest, p.w.Stopped.Again, style{px: p.u(30), lines: 2, floor: p.u(20), wrap: true}, look.text)
	})

	head, body := cutTop(body, p.u(120))
	mark, title := cutLeft(head, p.u(120))
	p.plot(centred(mark, p.u(112), p.u(112))).stop(look.text, look.ground)
	_, title = cutLeft(title, p.u(32))
	p.write(title, p.w.Stopped.Title, style{px: p.u(76), bold: true, lines: 2, floor: p.u(36), wrap: true}, look.text)

	_, body = cutTop(body, p.u(36))
	_, body = cutBottom(body, p.u(20))
	text := p.w.fault(p.snap.Stopped)
	said := []paragraph{
		{text: text.Title, px: 54, bold: true, colour: look.text}, {text: text.Do, px: 48, colour: look.text},
	}
	if detail := printable(p.snap.Detail); detail != "" {
		said = append(said, paragraph{text: detail, px: 32, colour: look.text})
	}
	p.paragraphs(body, said...)
}
