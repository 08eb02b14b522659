package qr

import "math"

// grid is a symbol's modules as sampled from a frame.
type grid struct {
	side  int
	value []float32 // luminance, 0 to 255, dark modules high where inverted
	soft  []float32 // 1 dark, -1 light, 0 undecided; about, not clipped
	node  []float32 // thresholds and half contrasts of the coarse mesh
}

// offsets within a module at which it is sampled, by density: the farther out,
// the more of a blurred neighbour.
var offsets = [...][]float64{{0}, {-0.17, 0.17}, {-0.26, 0, 0.26}, {-0.32, -0.11, 0.11, 0.32}}

// density is how many samples a side a module of that many pixels is worth.
func density(module float64) int { return min(max(int(module/1.3+0.5), 1), len(offsets)) }

// sample reads every module's luminance where a warp puts it.
func (g *grid) sample(src *plane, w *warp, inverted bool, dense int) {
	n := w.side
	g.side = n
	g.value = grow(g.value, n*n)
	steps := offsets[dense-1]
	scale := 1 / float64(len(steps)*len(steps))
	for y := range n {
		row := g.value[y*n:][:n]
		for x := range row {
			sum := 0.0
			if w.bent {
				for _, oy := range steps {
					for _, ox := range steps {
						p := w.at(float64(x)+0.5+ox, float64(y)+0.5+oy)
						sum += src.at(p.x, p.y)
					}
				}
			} else {
				for _, oy := range steps {
					for _, ox := range steps {
						p := w.flat.at(float64(x)+0.5+ox, float64(y)+0.5+oy)
						sum += src.at(p.x, p.y)
					}
				}
			}
			row[x] = float32(sum * scale)
		}
	}
	if inverted {
		for i, v := range g.value {
			g.value[i] = 255 - v
		}
	}
}

const mesh = 4 // modules between two nodes at which a threshold is computed

// decide turns luminance into soft decisions: each module against a threshold
// half-way between the light and the dark ones within reach modules around.
func (g *grid) decide(reach int) {
	n := g.side
	nodes := (n-1)/mesh + 2
	g.node = grow(g.node, 2*nodes*nodes)
	g.soft = grow(g.soft, n*n)
	_, overall := g.split(0, 0, n, n)
	floor := max(overall/4, 0.5)
	for ny := range nodes {
		for nx := range nodes {
			x, y := min(nx*mesh, n-1), min(ny*mesh, n-1)
			mid, half := g.split(max(x-reach, 0), max(y-reach, 0), min(x+reach+1, n), min(y+reach+1, n))
			at := 2 * (ny*nodes + nx)
			g.node[at], g.node[at+1] = mid, max(half, floor)
		}
	}
	for y := range n {
		ny, fy := y/mesh, float32(y%mesh)/mesh
		for x := range n {
			nx, fx := x/mesh, float32(x%mesh)/mesh
			a := g.node[2*(ny*nodes+nx):][:4]
			b := g.node[2*((ny+1)*nodes+nx):][:4]
			mid := (a[0]*(1-fx)+a[2]*fx)*(1-fy) + (b[0]*(1-fx)+b[2]*fx)*fy
			half := (a[1]*(1-fx)+a[3]*fx)*(1-fy) + (b[1]*(1-fx)+b[3]*fx)*fy
			g.soft[y*n+x] = (mid - g.value[y*n+x]) / half
		}
	}
}

// split is the middle between the light and the dark modules of a rectangle, and
// half their distance.
func (g *grid) split(x0, y0, x1, y1 int) (mid, half float32) {
	var sum float32
	for y := y0; y < y1; y++ {
		for _, v := range g.value[y*g.side+x0 : y*g.side+x1] {
			sum += v
		}
	}
	count := float32((x1 - x0) * (y1 - y0))
	mean := sum / count
	var above float32
	var many float32
	for y := y0; y < y1; y++ {
		for _, v := range g.value[y*g.side+x0 : y*g.side+x1] {
			if v > mean {
				above += v
				many++
			}
		}
	}
	if many == 0 || many == count {
		return mean, 0
	}
	hi, lo := above/many, (sum-above)/(count-many)
	return (hi + lo) / 2, (hi - lo) / 2
}

// likeness is how well the function patterns show, from -1 to 1.
func (g *grid) likeness(l *layout) float32 {
	var sum float32
	count := 0
	for i, k := range l.kind {
		switch k {
		case kindDark:
			sum += clip(g.soft[i])
		case kindLight:
			sum -= clip(g.soft[i])
		default:
			continue
		}
		count++
	}
	return sum / float32(count)
}

// warp maps a symbol's modules to pixels: a homography, and where paper curves
// what alignment patterns show it to be off by.
type warp struct {
	flat  homography
	side  int
	bent  bool
	nodes []float64 // columns and rows of the mesh, in modules
	off   []vector  // displacement at each node, row by row
}

func (w *warp) at(x, y float64) vector {
	p := w.flat.at(x, y)
	if !w.bent {
		return p
	}
	k := len(w.nodes)
	i, fx := w.cell(x)
	j, fy := w.cell(y)
	a, b := w.off[j*k+i], w.off[j*k+i+1]
	c, d := w.off[(j+1)*k+i], w.off[(j+1)*k+i+1]
	return p.plus(a.by((1 - fx) * (1 - fy))).plus(b.by(fx * (1 - fy))).plus(c.by((1 - fx) * fy)).plus(d.by(fx * fy))
}

// cell finds the interval of nodes around a coordinate; outside it goes on.
func (w *warp) cell(x float64) (int, float64) {
	i := 0
	for i < len(w.nodes)-2 && x > w.nodes[i+1] {
		i++
	}
	return i, (x - w.nodes[i]) / (w.nodes[i+1] - w.nodes[i])
}

// corners are the symbol's outer corners.
func (w *warp) corners() (c [4][2]float64) {
	n := float64(w.side)
	for i, p := range [4]vector{{0, 0}, {n, 0}, {n, n}, {0, n}} {
		q := w.flat.at(p.x, p.y)
		c[i] = [2]float64{q.x, q.y}
	}
	return c
}

// module is the mean size of a module in pixels.
func (w *warp) module() float64 {
	c := w.corners()
	area := 0.0
	for i := range c {
		k := (i + 1) % 4
		area += c[i][0]*c[k][1] - c[k][0]*c[i][1]
	}
	return math.Sqrt(math.Abs(area)/2) / float64(w.side)
}
