package qr

import "math"

// grid is a symbol's modules as sampled from a frame.
type grid struct {
	side   int
	value  []float32 // luminance, 0 to 255, dark modules high where inverted
	soft   []float32 // 1 dark, -1 light, 0 undecided; about, not clipped
	mid    []float32 // each module's threshold
	half   []float32 // half the contrast around it
	tiles  []shade
	around []shade
}

// offsets within a module at which it is sampled, by density: the farther out,
// the more of a blurred neighbour.
var offsets = [...][]float64{{0}, {-0.17, 0.17}, {-0.26, 0, 0.26}, {-0.32, -0.11, 0.11, 0.32}}

// density is how many samples a side a module of that many pixels is worth.
func density(module float64) int { return min(max(int(module/1.3+0.5), 1), len(offsets)) }

// sample reads every module's luminance where a warp puts it. It reports whether
// there was time for it.
func (g *grid) sample(src *plane, w *warp, inverted bool, dense int, m *meter) bool {
	n := w.side
	g.side = n
	g.value = grow(g.value, n*n)
	steps := offsets[dense-1]
	scale := 1 / float64(len(steps)*len(steps))
	cost := 12
	if w.bent {
		cost = 25
	}
	for y := range n {
		if !m.spend(n * dense * dense * cost) {
			return false
		}
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
	m.spend(decideUnits * n * n)
	return true
}

// decideUnits is what it costs to decide a module.
const decideUnits = 20

// decide turns luminance into soft decisions: each module against a threshold
// half-way between the light and the dark ones around. Tiles of tile by tile
// modules are summed; a tile's surroundings are the eight tiles next to it.
func (g *grid) decide(tile int) {
	n := g.side
	k := (n + tile - 1) / tile
	g.soft, g.mid, g.half = grow(g.soft, n*n), grow(g.mid, n*n), grow(g.half, n*n)
	g.tiles = grow(g.tiles, k*k)
	g.around = grow(g.around, k*k)
	clear(g.tiles)
	for y := range n {
		row := g.tiles[y/tile*k:]
		for x, v := range g.value[y*n:][:n] {
			t := &row[x/tile]
			t.light += v
			t.lights++
		}
	}
	g.gather(k)
	for i := range g.tiles {
		a := &g.around[i]
		g.tiles[i] = shade{mean: a.light / a.lights}
	}
	var all shade
	for y := range n {
		row := g.tiles[y/tile*k:]
		for x, v := range g.value[y*n:][:n] {
			t := &row[x/tile]
			if v > t.mean {
				t.light += v
				t.lights++
			} else {
				t.dark += v
				t.darks++
			}
		}
	}
	for i := range g.tiles {
		all.add(&g.tiles[i])
	}
	g.gather(k)
	floor := max(all.half()/4, 0.5)
	for i := range g.around {
		a := &g.around[i]
		g.tiles[i] = shade{mean: a.middle(), light: max(a.half(), floor)}
	}
	inverse := 1 / float32(tile)
	for y := range n {
		j, fy := interval((float32(y)+0.5)*inverse-0.5, k)
		for x := range n {
			i, fx := interval((float32(x)+0.5)*inverse-0.5, k)
			a, b := &g.tiles[j*k+i], &g.tiles[j*k+i+1]
			c, d := &g.tiles[(j+1)*k+i], &g.tiles[(j+1)*k+i+1]
			mid := (a.mean*(1-fx)+b.mean*fx)*(1-fy) + (c.mean*(1-fx)+d.mean*fx)*fy
			half := (a.light*(1-fx)+b.light*fx)*(1-fy) + (c.light*(1-fx)+d.light*fx)*fy
			at := y*n + x
			g.mid[at], g.half[at] = mid, half
			g.soft[at] = (mid - g.value[at]) / half
		}
	}
}

// divide takes one threshold for all modules.
func (g *grid) divide(point float32) {
	g.soft = grow(g.soft, len(g.value))
	for i, v := range g.value {
		g.soft[i] = (point - v) / 48
	}
}

// interval is the tile before a place and how far the place is on its way to the
// next one, within k tiles.
func interval(at float32, k int) (int, float32) {
	if at <= 0 {
		return 0, 0
	}
	i := min(int(at), k-2)
	return i, min(at-float32(i), 1)
}

// gather sums each tile's surroundings.
func (g *grid) gather(k int) {
	for y := range k {
		for x := range k {
			var sum shade
			for j := max(y-1, 0); j <= min(y+1, k-1); j++ {
				for i := max(x-1, 0); i <= min(x+1, k-1); i++ {
					sum.add(&g.tiles[j*k+i])
				}
			}
			g.around[y*k+x] = sum
		}
	}
}

// shade is the light and the dark modules of a tile.
type shade struct {
	mean          float32
	light, dark   float32 // sums
	lights, darks float32 // counts
}

func (s *shade) add(t *shade) {
	s.light += t.light
	s.dark += t.dark
	s.lights += t.lights
	s.darks += t.darks
}

// middle is half-way between light and dark.
func (s *shade) middle() float32 {
	if s.lights == 0 || s.darks == 0 {
		return (s.light + s.dark) / (s.lights + s.darks)
	}
	return (s.light/s.lights + s.dark/s.darks) / 2
}

// half is half the contrast.
func (s *shade) half() float32 {
	if s.lights == 0 || s.darks == 0 {
		return 0
	}
	return (s.light/s.lights - s.dark/s.darks) / 2
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
	flat   homography
	side   int
	bent   bool
	mended bool
	nodes  []float64 // columns and rows of the mesh, in modules
	off    []vector  // displacement at each node, row by row
}

func (w *warp) at(x, y float64) vector {
	p := w.flat.at(x, y)
	if !w.bent {
		return p
	}
	return p.plus(w.shift(x, y))
}

// shift is how far a place is off the homography.
func (w *warp) shift(x, y float64) vector {
	k := len(w.nodes)
	i, fx := w.cell(x)
	j, fy := w.cell(y)
	a, b := w.off[j*k+i], w.off[j*k+i+1]
	c, d := w.off[(j+1)*k+i], w.off[(j+1)*k+i+1]
	return a.by((1 - fx) * (1 - fy)).plus(b.by(fx * (1 - fy))).plus(c.by((1 - fx) * fy)).plus(d.by(fx * fy))
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
		q := w.at(p.x, p.y)
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
