package qr

import "math"

const rays = 24

var directions = func() (d [rays]vector) {
	for i := range d {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / rays)
		d[i] = vector{cos, sin}
	}
	return d
}()

// rings looks outward from a centre in all directions for the edges of the
// three squares of a finder pattern, and fits the pattern's sides to them.
func (s *search) rings(at vector, right, down float64, inverted bool, tol slack) (finder, bool) {
	f := finder{at: at, inverted: inverted}
	reach := 7 * max(right, down)
	step := min(max(min(right, down)/4, 0.4), 3)
	if !s.meter.spend(2000 + int(2*rays*4*reach/step)) {
		return f, false
	}
	var edge [rays][3]float64
	dirs := &directions
	for pass := range 2 {
		missing := 0
		for i, d := range directions {
			if !s.ray(f.at, d, step, reach, inverted, &edge[i]) {
				edge[i] = [3]float64{}
				if missing++; missing > tol.rays {
					return f, false
				}
			}
		}
		if pass == 1 {
			break
		}
		// Opposite edges lie at the same distance from the centre.
		var shift vector
		pairs := 0
		for i := range rays / 2 {
			a, b := &edge[i], &edge[i+rays/2]
			if a[0] > 0 && b[0] > 0 {
				d := (a[0] - b[0] + a[1] - b[1] + a[2] - b[2]) / 6
				shift = shift.plus(directions[i].by(d))
				pairs++
			}
		}
		if pairs == 0 {
			return f, false
		}
		shift = shift.by(2 / float64(pairs))
		if shift.length() > 2*max(right, down) {
			return f, false
		}
		f.at = f.at.plus(shift)
	}
	s.meter.spend(6000)
	f, ok := f.square(dirs, &edge)
	if ok && f.error < 0.12 {
		return f, true
	}
	// A tilted pattern again, with rays that are evenly spread on its own plane.
	if !(f.size > 0) {
		return f, false
	}
	var even [rays]vector
	for i, d := range directions {
		even[i] = f.u.by(d.x).plus(f.v.by(d.y))
		even[i] = even[i].by(1 / even[i].length())
	}
	s.meter.spend(8000 + int(rays*4*reach/step))
	missing := 0
	for i, d := range even {
		if !s.ray(f.at, d, step, reach, inverted, &edge[i]) {
			edge[i] = [3]float64{}
			missing++
		}
	}
	if missing <= tol.rays {
		if again, good := f.square(&even, &edge); good && (!ok || again.error < f.error) {
			return again, true
		}
	}
	return f, ok
}

// ray finds the three edges in one direction.
func (s *search) ray(from, dir vector, step, reach float64, inverted bool, edge *[3]float64) bool {
	last := -1.0 // on the side of the pattern's own colour
	k := 0
	for r := 0.0; r < reach; r += step {
		if k == 0 && r > 0.6*reach {
			return false
		}
		x, y := from.x+dir.x*r, from.y+dir.y*r
		if x < 0 || y < 0 || x >= float64(s.width) || y >= float64(s.height) {
			// A pattern may end with the picture.
			edge[2] = r - step/2
			return k == 2 && edge[2] > 1.12*edge[1] && edge[2] < 2*edge[1]
		}
		v := s.at(x, y) + 0.5 - float64(s.points[(int(y)>>3)*s.cols+int(x)>>3])
		if inverted {
			v = -v
		}
		if k == 1 {
			v = -v // the white ring ends where it gets dark
		}
		if v >= 0 {
			if r == 0 {
				return false
			}
			edge[k] = r - step*v/(v-last+1e-9)
			if k++; k == 3 {
				// One, three, five, seven modules wide.
				return edge[1] > 1.2*edge[0] && edge[1] < 2.6*edge[0] && edge[2] > 1.12*edge[1] && edge[2] < 2*edge[1]
			}
			v = -v
		}
		last = v
	}
	return false
}

// square fits a parallelogram of seven modules a side to the rings' edges: its
// sides first by the moments of the outline and the phase of its four corners,
// then by least squares for each side.
func (f finder) square(dirs *[rays]vector, edge *[rays][3]float64) (finder, bool) {
	var outline [rays]vector
	var module [rays]float64 // pixels a module, from the centre outwards
	for i, e := range edge {
		// Like edges only, so that spread ink cancels.
		module[i] = (e[0] + 2*e[1] + e[2]) / 10
	}
	for i := range module {
		if module[i] == 0 {
			// Hidden: as on the other side, or as its neighbours.
			m, n := module[(i+rays/2)%rays], 1.0
			if m == 0 {
				m, n = module[(i+1)%rays]+module[(i+rays-1)%rays], 0
				for _, k := range [2]int{1, rays - 1} {
					if module[(i+k)%rays] > 0 {
						n++
					}
				}
			}
			if n == 0 {
				return f, false
			}
			outline[i] = dirs[i].by(3.5 * m / n)
			continue
		}
		outline[i] = dirs[i].by(3.5 * module[i])
	}
	var area, xx, xy, yy float64
	for i, a := range outline {
		b := outline[(i+1)%rays]
		t := a.cross(b)
		area += t / 2
		xx += t * (a.x*a.x + b.x*b.x + a.x*b.x) / 12
		yy += t * (a.y*a.y + b.y*b.y + a.y*b.y) / 12
		xy += t * (2*a.x*a.y + 2*b.x*b.y + a.x*b.y + b.x*a.y) / 24
	}
	if !(area > 0) {
		return f, false
	}
	scale := 12 / 49.0 / area
	xx, xy, yy = xx*scale, xy*scale, yy*scale
	// The symmetric square root of the moments.
	det := xx*yy - xy*xy
	if !(det > 1e-6) {
		return f, false
	}
	root := math.Sqrt(det)
	t := math.Sqrt(xx + yy + 2*root)
	a, b, d := (xx+root)/t, xy/t, (yy+root)/t
	inverse := 1 / (a*d - b*b)
	var re, im float64
	for _, p := range outline {
		q := vector{(d*p.x - b*p.y) * inverse, (a*p.y - b*p.x) * inverse}
		sin, cos := math.Sincos(4 * math.Atan2(q.y, q.x))
		r := q.length()
		re += r * cos
		im += r * sin
	}
	// Corners are farthest, and lie half-way between the sides' middles. Where
	// few rays meet the corners the phase is doubtful: others are tried.
	phase := math.Atan2(im, re)/4 + math.Pi/4
	best := finder{error: math.Inf(1)}
	for k := range 4 {
		sin, cos := math.Sincos(phase + float64(k)*math.Pi/8)
		g := f
		g.u = vector{a*cos + b*sin, b*cos + d*sin}
		g.v = vector{-a*sin + b*cos, -b*sin + d*cos}
		ring, fine := outline, true
		for range 3 {
			fine = fine && g.sides(&ring, &module)
		}
		if fine && g.error < best.error {
			best = g
		}
		if best.error < 0.15 {
			break
		}
	}
	if math.IsInf(best.error, 1) {
		return f, false
	}
	f = best
	cross := f.u.cross(f.v)
	if cross < 0 {
		f.v, cross = f.v.by(-1), -cross
	}
	f.size = math.Sqrt(cross)
	lu, lv := f.u.length(), f.v.length()
	if !(f.size > 0.5) || lu > 4.5*lv || lv > 4.5*lu || f.error > 0.9 {
		return f, false
	}
	return f, true
}

// sides fits each pair of opposite sides and moves the centre between them.
func (f *finder) sides(outline *[rays]vector, module *[rays]float64) bool {
	det := f.u.cross(f.v)
	if math.Abs(det) < 1e-9 {
		return false
	}
	// Rows of the map from pixels to modules.
	rows := [2]vector{{f.v.y / det, -f.v.x / det}, {-f.u.y / det, f.u.x / det}}
	var out [2]vector
	var middle [2]float64
	sum, count := 0.0, 0
	for k := range rows {
		var n [3][4]float64
		seen := [2]int{}
		for i, p := range outline {
			c, o := rows[k].dot(p), rows[1-k].dot(p)
			if module[i] == 0 || math.Abs(c) < math.Abs(o) || math.Abs(o) > 3 {
				continue
			}
			want := 3.5
			if c < 0 {
				want = -3.5
				seen[0]++
			} else {
				seen[1]++
			}
			sum += (c - want) * (c - want)
			count++
			row := [4]float64{p.x, p.y, 1, want}
			for r := range 3 {
				for q := range 4 {
					n[r][q] += row[r] * row[q]
				}
			}
		}
		if seen[0] < 2 || seen[1] < 2 {
			return false
		}
		x, ok := solve3(&n)
		if !ok {
			return false
		}
		out[k], middle[k] = vector{x[0], x[1]}, x[2]
	}
	f.error = math.Sqrt(sum / float64(count))
	det = out[0].cross(out[1])
	if math.Abs(det) < 1e-9 {
		return false
	}
	f.u = vector{out[1].y / det, -out[1].x / det}
	f.v = vector{-out[0].y / det, out[0].x / det}
	// The centre is where both rows are zero.
	shift := f.u.by(-middle[0]).plus(f.v.by(-middle[1]))
	if shift.length() > 2*(f.u.length()+f.v.length()) {
		return false
	}
	f.at = f.at.plus(shift)
	for i := range outline {
		outline[i] = outline[i].minus(shift)
	}
	return true
}

func solve3(n *[3][4]float64) (x [3]float64, ok bool) {
	for c := range 3 {
		p := c
		for r := c + 1; r < 3; r++ {
			if math.Abs(n[r][c]) > math.Abs(n[p][c]) {
				p = r
			}
		}
		n[c], n[p] = n[p], n[c]
		if math.Abs(n[c][c]) < 1e-12 {
			return x, false
		}
		for r := range 3 {
			if r == c {
				continue
			}
			f := n[r][c] / n[c][c]
			for k := c; k < 4; k++ {
				n[r][k] -= f * n[c][k]
			}
		}
	}
	for c := range 3 {
		x[c] = n[c][3] / n[c][c]
	}
	return x, true
}
