package ui

import "image/color"

// Icons of the menus, in a unit square, drawn with the text's colour c on the
// ground given.

// chevron points right, or left when back.
func (q plot) chevron(c color.NRGBA, back bool) {
	if back {
		q.line(c, 0.14, 0.64, 0.14, 0.30, 0.5, 0.64, 0.86)
		return
	}
	q.line(c, 0.14, 0.36, 0.14, 0.70, 0.5, 0.36, 0.86)
}

// more is three bars.
func (q plot) more(c color.NRGBA) {
	for _, y := range []float32{0.2, 0.5, 0.8} {
		q.line(c, 0.13, 0.12, y, 0.88, y)
	}
}

// box fills a rectangle with round corners.
func (q plot) box(c color.NRGBA, x0, y0, x1, y1, radius float32) {
	q.polygon(c, radius, x0, y0, x1, y0, x1, y1, x0, y1)
}

func iconRecent(q plot, c, ground color.NRGBA) {
	q.dot(c, 0.48, 0.5, 0.5)
	q.dot(ground, 0.38, 0.5, 0.5)
	q.line(c, 0.09, 0.5, 0.26, 0.5, 0.52, 0.68, 0.62)
}

func iconShift(q plot, c, _ color.NRGBA) {
	q.dot(c, 0.20, 0.5, 0.24)
	q.polygon(c, 0.18, 0.10, 0.98, 0.10, 0.56, 0.90, 0.56, 0.90, 0.98)
}

func iconFaults(q plot, c, ground color.NRGBA) { q.warning(c, ground) }

func iconDisplay(q plot, c, _ color.NRGBA) {
	q.dot(c, 0.22, 0.5, 0.5)
	for _, ray := range [][4]float32{{0.5, 0.06, 0.5, 0.16}, {0.5, 0.84, 0.5, 0.94}, {0.06, 0.5, 0.16, 0.5}, {0.84, 0.5, 0.94, 0.5},
		{0.19, 0.19, 0.26, 0.26}, {0.74, 0.74, 0.81, 0.81}, {0.19, 0.81, 0.26, 0.74}, {0.74, 0.26, 0.81, 0.19}} {
		q.line(c, 0.09, ray[0], ray[1], ray[2], ray[3])
	}
}

func iconSources(q plot, c, ground color.NRGBA) {
	q.box(c, 0.04, 0.26, 0.96, 0.86, 0.08)
	q.box(c, 0.34, 0.14, 0.66, 0.34, 0.05)
	q.dot(ground, 0.22, 0.5, 0.56)
	q.dot(c, 0.13, 0.5, 0.56)
}

func iconEnrol(q plot, c, ground color.NRGBA) {
	for _, at := range [][2]float32{{0.06, 0.06}, {0.58, 0.06}, {0.06, 0.58}} {
		q.box(c, at[0], at[1], at[0]+0.36, at[1]+0.36, 0.02)
		q.box(ground, at[0]+0.07, at[1]+0.07, at[0]+0.29, at[1]+0.29, 0.01)
		q.box(c, at[0]+0.13, at[1]+0.13, at[0]+0.23, at[1]+0.23, 0.01)
	}
	for _, at := range [][2]float32{{0.58, 0.58}, {0.82, 0.58}, {0.70, 0.70}, {0.58, 0.82}, {0.82, 0.82}} {
		q.box(c, at[0], at[1], at[0]+0.12, at[1]+0.12, 0.01)
	}
}

func iconLists(q plot, c, _ color.NRGBA) {
	for _, y := range []float32{0.2, 0.5, 0.8} {
		q.dot(c, 0.07, 0.13, y)
		q.line(c, 0.11, 0.34, y, 0.92, y)
	}
}

func iconSound(q plot, c, _ color.NRGBA) {
	q.polygon(c, 0.03, 0.06, 0.36, 0.26, 0.36, 0.52, 0.12, 0.52, 0.88, 0.26, 0.64, 0.06, 0.64)
	q.line(c, 0.08, 0.66, 0.36, 0.72, 0.5, 0.66, 0.64)
	q.line(c, 0.08, 0.80, 0.24, 0.90, 0.5, 0.80, 0.76)
}

// stick is a USB stick with a shaft on it, for an arrow.
func (q plot) stick(c, ground color.NRGBA) {
	q.box(c, 0.26, 0.36, 0.74, 0.98, 0.08)
	q.box(c, 0.34, 0.06, 0.66, 0.44, 0.03)
	q.box(ground, 0.41, 0.16, 0.47, 0.26, 0.01)
	q.box(ground, 0.53, 0.16, 0.59, 0.26, 0.01)
	q.line(ground, 0.08, 0.5, 0.52, 0.5, 0.82)
}

// iconExport leads onto a stick, iconFetch from it.
func iconExport(q plot, c, ground color.NRGBA) {
	q.stick(c, ground)
	q.line(ground, 0.08, 0.39, 0.70, 0.5, 0.82, 0.61, 0.70)
}

func iconFetch(q plot, c, ground color.NRGBA) {
	q.stick(c, ground)
	q.line(ground, 0.08, 0.39, 0.64, 0.5, 0.52, 0.61, 0.64)
}

func iconJournal(q plot, c, ground color.NRGBA) {
	q.box(c, 0.14, 0.04, 0.86, 0.96, 0.06)
	q.line(ground, 0.06, 0.30, 0.10, 0.30, 0.90)
	q.line(ground, 0.07, 0.44, 0.30, 0.74, 0.30)
	q.line(ground, 0.07, 0.44, 0.48, 0.74, 0.48)
}

// reader is a hand-held scanner, wedge a keyboard.
func iconReader(q plot, c, ground color.NRGBA) {
	q.polygon(c, 0.08, 0.10, 0.14, 0.90, 0.14, 0.90, 0.48, 0.56, 0.48, 0.64, 0.94, 0.36, 0.94, 0.28, 0.48, 0.10, 0.48)
	q.line(ground, 0.07, 0.22, 0.31, 0.78, 0.31)
}

func iconWedge(q plot, c, ground color.NRGBA) {
	q.box(c, 0.02, 0.22, 0.98, 0.80, 0.06)
	for i := range 5 {
		q.dot(ground, 0.05, 0.16+0.17*float32(i), 0.38)
	}
	q.line(ground, 0.09, 0.28, 0.63, 0.72, 0.63)
}

// iconVehicle is a lorry seen from its side.
func iconVehicle(q plot, c, ground color.NRGBA) {
	q.box(c, 0.02, 0.22, 0.60, 0.72, 0.03)
	q.polygon(c, 0.03, 0.63, 0.36, 0.84, 0.36, 0.98, 0.54, 0.98, 0.72, 0.63, 0.72)
	for _, x := range []float32{0.24, 0.78} {
		q.dot(ground, 0.15, x, 0.74)
		q.dot(c, 0.11, x, 0.74)
	}
}

// iconPurpose is a flag.
func iconPurpose(q plot, c, _ color.NRGBA) {
	q.line(c, 0.09, 0.22, 0.08, 0.22, 0.94)
	q.polygon(c, 0.03, 0.22, 0.08, 0.92, 0.08, 0.74, 0.30, 0.92, 0.52, 0.22, 0.52)
}

// plus and minus change a count.
func (q plot) plus(c color.NRGBA) {
	q.minus(c)
	q.line(c, 0.16, 0.5, 0.14, 0.5, 0.86)
}

func (q plot) minus(c color.NRGBA) { q.line(c, 0.16, 0.14, 0.5, 0.86, 0.5) }

// iconLeave is a door with an arrow out of it.
func iconLeave(q plot, c, ground color.NRGBA) {
	q.box(c, 0.08, 0.06, 0.58, 0.94, 0.05)
	q.line(ground, 0.20, 0.32, 0.5, 0.70, 0.5)
	q.line(c, 0.11, 0.44, 0.5, 0.90, 0.5)
	q.line(c, 0.11, 0.72, 0.30, 0.92, 0.5, 0.72, 0.70)
}

// torch is a lamp, and its light when it is on.
func (q plot) torch(c color.NRGBA, on bool) {
	q.polygon(c, 0.03, 0.14, 0.26, 0.86, 0.26, 0.66, 0.54, 0.34, 0.54)
	q.box(c, 0.34, 0.58, 0.66, 1, 0.04)
	if !on {
		return
	}
	for _, ray := range [][4]float32{{0.5, 0.16, 0.5, 0}, {0.22, 0.16, 0.12, 0.02}, {0.78, 0.16, 0.88, 0.02}} {
		q.line(c, 0.09, ray[0], ray[1], ray[2], ray[3])
	}
}
