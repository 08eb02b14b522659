package qr

// rung is one way of looking at a frame.
type rung struct {
	scale    float64 // frame pixels per picture pixel
	step     int     // rows between two looked at; 0: as coarse as the height allows
	contrast uint8   // least contrast of a block with a threshold of its own
	inverted bool    // light patterns on dark ground too
	tol      slack
	effort   effort
	whole    func(*plane) uint8 // one threshold for the whole picture
	own      bool               // modules are sampled from the picture, not the frame
	prepare  func(*Decoder, *plane) (plane, bool)
}

var ladder = []rung{
	{scale: 1, contrast: 24, tol: strict, prepare: (*Decoder).plainly},
	{scale: 1, step: 2, contrast: 12, inverted: true, tol: tolerant, effort: thorough, prepare: (*Decoder).plainly},
	{scale: 1, step: 2, contrast: 12, tol: tolerant, effort: thorough, prepare: (*Decoder).smoothed},
	{scale: 2, step: 2, contrast: 12, inverted: true, tol: tolerant, effort: thorough, prepare: (*Decoder).halved},
	{scale: 1, step: 2, contrast: 24, tol: tolerant, effort: thorough, prepare: (*Decoder).sharpened},
	{scale: 3, step: 2, contrast: 12, inverted: true, tol: tolerant, effort: thorough, prepare: (*Decoder).thirded},
	{scale: 0.5, step: 3, contrast: 12, tol: tolerant, effort: thorough, prepare: (*Decoder).doubled},
	{scale: 2, step: 2, contrast: 24, tol: tolerant, effort: thorough, prepare: (*Decoder).halvedSharpened},
	{scale: 1, step: 2, contrast: 24, tol: tolerant, effort: thorough, own: true, prepare: (*Decoder).evened},
	{scale: 1, step: 3, whole: (*plane).valley, tol: tolerant, effort: thorough, prepare: (*Decoder).plainly},
	{scale: 1, step: 3, whole: (*plane).nearlyWhite, tol: tolerant, effort: thorough, prepare: (*Decoder).plainly},
}

// climb tries the rungs in turn.
func (d *Decoder) climb(src *plane) {
	d.failures, d.evidence, d.isSmooth = d.failures[:0], 0, false
	d.reader.menders, d.reader.meter, d.search.meter = 1, &d.meter, &d.meter
	d.reader.tracers, d.couplings = 12, maxLiveCouples
	if !d.meter.live {
		d.reader.menders, d.reader.tracers, d.couplings = 4, 16, maxCouples
		for i := range ladder {
			d.try(&ladder[i], src)
		}
		return
	}
	d.try(&ladder[0], src)
	d.meter.release()
	for tried := range len(ladder) - 1 {
		if d.meter.over() || d.satisfied() {
			return
		}
		if d.next <= 0 || d.next >= len(ladder) {
			d.next = 1
		}
		d.try(&ladder[d.next], src)
		if d.meter.over() && tried > 0 {
			// It had only the rest of the time: the next frame begins with it.
			return
		}
		d.next++
	}
}

// satisfied reports whether a live frame has given what it holds: something was
// read, and nothing that was seen is left unread.
func (d *Decoder) satisfied() bool {
	read := 0
	for i := range d.found {
		if d.found[i].err == nil {
			read++
		}
	}
	if read == 0 {
		return false
	}
	for i := range d.found {
		if f := &d.found[i]; f.err != nil && !d.taken(f) {
			return false
		}
	}
	return true
}

// covered reports whether a place belongs to a symbol that was already read. A
// symbol printed in the middle of another is one of its own.
func (d *Decoder) covered(f *found) bool {
	for i := range d.found {
		if k := &d.found[i]; k.err == nil && f.within(k) && similar(f.module(), k.module()) {
			return true
		}
	}
	return false
}

// taken reports whether a symbol that was not read lies where one was.
func (d *Decoder) taken(f *found) bool {
	for i := range d.found {
		if k := &d.found[i]; k.err == nil && f.within(k) {
			return true
		}
	}
	return false
}

// failure is a place where a symbol was tried and not read.
type failure struct {
	corner, right, below vector
	times                int
}

// maxFailures is how many rungs try a place with all they have: what the third
// picture of it does not give, the eighth hardly will.
const maxFailures = 4

// givenUp counts the tries of a place within one frame.
func (d *Decoder) givenUp(t *triple) bool {
	for i := range d.failures {
		f := &d.failures[i]
		if f.corner.distance(t.corner.at) < t.corner.size && f.right.distance(t.right.at) < t.right.size && f.below.distance(t.below.at) < t.below.size {
			f.times++
			return f.times > maxFailures
		}
	}
	d.failures = append(d.failures, failure{t.corner.at, t.right.at, t.below.at, 1})
	return false
}

// try climbs one rung.
func (d *Decoder) try(r *rung, src *plane) {
	first := r == &ladder[0]
	picture, ok := r.prepare(d, src)
	if !ok {
		return
	}
	s := &d.search
	rows := 1
	if first || r.scale < 1 || r.whole != nil {
		rows = 2
	}
	if !s.threshold(picture, r.contrast, rows, &d.meter) {
		return
	}
	step := r.step
	if step == 0 {
		// Fine enough for a symbol of 97 modules that fills a quarter of the
		// height: three rows go through the middle of its finder patterns.
		step = max(3, 3*s.height/(4*97))
	}
	d.reader.point = 0
	if r.whole != nil {
		point := r.whole(&s.plane)
		s.level(point)
		d.reader.point = float32(point)
	}
	s.taken = s.taken[:0]
	for i := range d.found {
		if f := &d.found[i]; f.err == nil {
			t := taken{corners: f.corners, module: f.module() / r.scale}
			for k := range t.corners {
				t.corners[k][0] /= r.scale
				t.corners[k][1] /= r.scale
			}
			s.taken = append(s.taken, t)
		}
	}
	s.look(step, r.inverted, r.tol)
	for i := range s.finders {
		if s.finders[i].count > 1 {
			d.evidence++
		}
	}
	if r.own {
		src = &s.plane
	}
	d.combine(r, src)
	if r.effort == thorough && r.whole == nil && !d.meter.over() && !d.satisfied() {
		d.couples(src, r)
	}
}

// combine reads what every three finder patterns of a rung may be.
func (d *Decoder) combine(r *rung, src *plane) {
	s := &d.search
	if len(s.finders) < 3 {
		return
	}
	limit := maxTriples
	if d.meter.live {
		limit = maxLiveTriples
	}
	d.triples = s.triples(d.triples, r.scale)
	if d.satisfied() {
		limit = maxLiveTriples
	}
	limit = max(limit, len(s.finders))
	failed := 0
	for i := range d.triples {
		t := &d.triples[i]
		if where := t.place(); d.covered(&where) {
			continue
		}
		if r.effort == thorough && d.givenUp(t) {
			continue
		}
		f, ok := d.reader.read(src, t, r.effort)
		if ok && finite(f.corners) && (f.err == nil || t.certain()) {
			if f.err != nil {
				f.sight = d.reader.sight(&f)
			}
			d.found = append(d.found, f)
		}
		if !ok || f.err != nil {
			failed++
		}
		if failed >= limit || d.meter.over() {
			return
		}
	}
}

func (d *Decoder) plainly(src *plane) (plane, bool) { return *src, true }

func (d *Decoder) smoothed(src *plane) (plane, bool) {
	if !d.isSmooth {
		d.isSmooth = d.smooth.smooth(src, &d.work.cols, &d.meter)
	}
	return d.smooth, d.isSmooth
}

func (d *Decoder) sharpened(src *plane) (plane, bool) {
	ok := d.scaled.sharpen(src, 3, 8, &d.work, &d.meter)
	return d.scaled, ok
}

// evened needs a finder pattern seen in this frame: shadows hide some of three.
func (d *Decoder) evened(src *plane) (plane, bool) {
	if d.evidence == 0 {
		return plane{}, false
	}
	smooth, ok := d.smoothed(src)
	ok = ok && d.scaled.even(&smooth, 8, &d.work, &d.meter)
	return d.scaled, ok
}

func (d *Decoder) halved(src *plane) (plane, bool) {
	if min(src.width, src.height) < 2*minSide {
		return plane{}, false
	}
	ok := d.scaled.reduce(src, 2, &d.meter)
	return d.scaled, ok
}

func (d *Decoder) halvedSharpened(src *plane) (plane, bool) {
	if min(src.width, src.height) < 2*minSide {
		return plane{}, false
	}
	ok := d.scaled.reduce(src, 2, &d.meter) && d.sharp.sharpen(&d.scaled, 3, 8, &d.work, &d.meter)
	return d.sharp, ok
}

func (d *Decoder) thirded(src *plane) (plane, bool) {
	if min(src.width, src.height) < 240 {
		return plane{}, false
	}
	ok := d.scaled.reduce(src, 3, &d.meter)
	return d.scaled, ok
}

// doubled declines pictures that have pixels enough.
func (d *Decoder) doubled(src *plane) (plane, bool) {
	if src.width*src.height > maxLivePixels {
		return plane{}, false
	}
	// Sharpening before costs a quarter of sharpening after.
	guide, ok := d.smoothed(src)
	ok = ok && d.sharp.sharpen(src, 1, 6, &d.work, &d.meter) && d.scaled.double(&d.sharp, &guide, &d.work, &d.meter)
	return d.scaled, ok
}
