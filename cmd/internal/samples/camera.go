package main

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

const (
	width, height = 1280, 720
	focal         = 1100.0 // pixels: about 60 degrees across, as webcams have
)

// photo is a picture being taken: linear red, green and blue planes, 0 to 255.
type photo struct {
	plane [3][]float32
	rng   *rand.Rand
}

func newPhoto(seed uint64) *photo {
	p := &photo{rng: rand.New(rand.NewPCG(seed, 0x63686f74))}
	for k := range p.plane {
		p.plane[k] = make([]float32, width*height)
	}
	return p
}

// pose is how a card is held: its centre in the picture, its scale there in
// pixels per millimetre, and its turn and tilts in degrees.
type pose struct {
	x, y, scale        float64
	turn, tiltX, tiltY float64
}

// matrix is a plane-to-plane projection.
type matrix [9]float64

// project maps millimetres from a card's centre to pixels.
func (p pose) project() matrix {
	rad := math.Pi / 180
	sz, cz := math.Sincos(p.turn * rad)
	sx, cx := math.Sincos(p.tiltX * rad)
	sy, cy := math.Sincos(p.tiltY * rad)
	// Columns one and two of Ry·Rx·Rz; the card lies in its own z = 0.
	r1 := [3]float64{cy*cz + sy*sx*sz, cx * sz, -sy*cz + cy*sx*sz}
	r2 := [3]float64{-cy*sz + sy*sx*cz, cx * cz, sy*sz + cy*sx*cz}
	z := focal / p.scale
	return matrix{
		focal*r1[0] + p.x*r1[2], focal*r2[0] + p.x*r2[2], p.x * z,
		focal*r1[1] + p.y*r1[2], focal*r2[1] + p.y*r2[2], p.y * z,
		r1[2], r2[2], z,
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	w := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / w, (m[3]*x + m[4]*y + m[5]) / w
}

func (m matrix) inverse() matrix {
	return matrix{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}
}

// light is what shines on a card, or from it.
type light struct {
	level, slope     float64 // brightness, and its change across the card
	glareX, glareY   float64 // millimetres from the centre
	glareR, strength float64 // no glare where strength is zero
	moire            float64 // of a screen
	corner           float64 // radius in millimetres
	curl             float64 // paper bends: millimetres of bow at the edge
}

// place puts a card into the picture, antialiased, with a soft shadow.
func (p *photo) place(c *canvas, at pose, l light) {
	w, h := float64(c.Rect.Dx())/perMillimetre, float64(c.Rect.Dy())/perMillimetre
	m := at.project()
	inv := m.inverse()
	p.shadow(m, w, h, at.scale)
	left, top, right, bottom := extent(m, w, h)
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			var sum [3]float64
			inside := 0.0
			for s := range 4 {
				u, v := inv.apply(float64(x)+0.25+0.5*float64(s&1), float64(y)+0.25+0.5*float64(s>>1))
				v += l.curl * (4*u*u/(w*w) - 0.5)
				if !rounded(u, v, w, h, l.corner) {
					continue
				}
				inside++
				r := c.at((u+w/2)*perMillimetre-0.5, (v+h/2)*perMillimetre-0.5)
				for k := range sum {
					sum[k] += r[k]
				}
			}
			if inside == 0 {
				continue
			}
			u, v := inv.apply(float64(x)+0.5, float64(y)+0.5)
			gain := l.level + l.slope*u/w
			shine := 0.0
			if l.strength > 0 {
				d := ((u-l.glareX)*(u-l.glareX) + 2.2*(v-l.glareY)*(v-l.glareY)) / (l.glareR * l.glareR)
				shine = l.strength * math.Exp(-d)
			}
			i := y*width + x
			for k := range sum {
				value := sum[k]/inside*gain + shine
				if l.moire > 0 {
					// The screen's own pixel stripes beat with the sensor's.
					phase := 2 * math.Pi * (u*at.scale*0.93 + float64(k)/3)
					value *= 1 - l.moire/2 + l.moire/2*math.Cos(phase)*math.Cos(2*math.Pi*v*at.scale*0.955)
				}
				a := inside / 4
				p.plane[k][i] = float32(float64(p.plane[k][i])*(1-a) + value*a)
			}
		}
	}
}

// at samples a drawing between its pixels.
func (c *canvas) at(x, y float64) (v [3]float64) {
	w, h := c.Rect.Dx(), c.Rect.Dy()
	x, y = min(max(x, 0), float64(w-1)), min(max(y, 0), float64(h-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, w-1), min(y0+1, h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	for k := range v {
		a := float64(c.Pix[y0*c.Stride+4*x0+k])*(1-fx) + float64(c.Pix[y0*c.Stride+4*x1+k])*fx
		b := float64(c.Pix[y1*c.Stride+4*x0+k])*(1-fx) + float64(c.Pix[y1*c.Stride+4*x1+k])*fx
		v[k] = a*(1-fy) + b*fy
	}
	return v
}

func rounded(u, v, w, h, r float64) bool {
	dx, dy := math.Abs(u)-(w/2-r), math.Abs(v)-(h/2-r)
	if dx > r || dy > r {
		return false
	}
	return dx <= 0 || dy <= 0 || dx*dx+dy*dy <= r*r
}

func extent(m matrix, w, h float64) (left, top, right, bottom int) {
	lx, ly, hx, hy := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := range 4 {
		x, y := m.apply((float64(i&1)-0.5)*w*1.06, (float64(i>>1)-0.5)*h*1.06)
		lx, hx, ly, hy = min(lx, x), max(hx, x), min(ly, y), max(hy, y)
	}
	return max(0, int(lx)-2), max(0, int(ly)-2), min(width, int(hx)+2), min(height, int(hy)+2)
}

// shadow darkens what is behind a card, below and right of it.
func (p *photo) shadow(m matrix, w, h, scale float64) {
	inv := m.inverse()
	left, top, right, bottom := extent(m, w*1.15, h*1.25)
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			u, v := inv.apply(float64(x)-1.5*scale, float64(y)-2.5*scale)
			d := math.Hypot(max(0, math.Abs(u)-w/2), max(0, math.Abs(v)-h/2))
			if dark := float32(0.45 * math.Exp(-d*d/9)); dark > 0.01 {
				for k := range p.plane {
					p.plane[k][y*width+x] *= 1 - dark
				}
			}
		}
	}
}

// lens is what a cheap camera does to the light.
type lens struct {
	blur    float64    // standard deviation in pixels
	smear   float64    // length of a movement in pixels
	heading float64    // its direction in degrees
	noise   float64    // standard deviation of luminance
	edge    float64    // vignetting: what is lost in the corners
	cast    [3]float64 // white balance
	haze    float64    // lifted blacks
	sharpen float64    // the firmware's idea of sharpness
	quality int
	grey    bool
}

// develop turns the light into the picture a driver would hand out.
func (p *photo) develop(l lens) image.Image {
	if l.blur > 0 {
		kernel := gaussian(l.blur)
		for k := range p.plane {
			p.plane[k] = blur(p.plane[k], width, height, kernel)
		}
	}
	if l.smear > 0 {
		p.smear(l.smear, l.heading)
	}
	for y := range height {
		for x := range width {
			dx, dy := float64(x-width/2)/(width/2), float64(y-height/2)/(width/2)
			fall := 1 - l.edge*(dx*dx+dy*dy)
			for k := range p.plane {
				v := &p.plane[k][y*width+x]
				*v = float32(l.haze + float64(*v)*fall*l.cast[k]*(1-l.haze/255))
			}
		}
	}
	if l.sharpen > 0 {
		// Cameras sharpen the luminance alone.
		luma := make([]float32, width*height)
		for i := range luma {
			luma[i] = 0.299*p.plane[0][i] + 0.587*p.plane[1][i] + 0.114*p.plane[2][i]
		}
		for i, soft := range blur(luma, width, height, gaussian(1.2)) {
			edge := float32(l.sharpen) * (luma[i] - soft)
			for k := range p.plane {
				p.plane[k][i] += edge
			}
		}
	}
	return p.expose(l)
}

// expose adds noise and clips. Shadows are noisier than lights.
func (p *photo) expose(l lens) image.Image {
	colour := image.NewRGBA(image.Rect(0, 0, width, height))
	grey := image.NewGray(colour.Rect)
	last := 0.0
	for i := range width * height {
		bits := p.rng.Uint64()
		// Four bytes make a bell curve; half of the last pixel's noise stays,
		// as the camera's own smoothing leaves it.
		n := (float64(bits&255+bits>>8&255+bits>>16&255+bits>>24&255) - 510) / 147.8
		last = 0.5*last + 0.87*n
		var v [3]float64
		for k := range v {
			tint := (float64(bits>>(32+8*k)&255) - 127.5) / 73.6
			t := float64(p.plane[k][i])
			v[k] = t + l.noise*(1.25-t/400)*(last+0.25*tint)
		}
		if l.grey {
			grey.Pix[i] = clamp(0.299*v[0] + 0.587*v[1] + 0.114*v[2])
			continue
		}
		colour.SetRGBA(i%width, i/width, color.RGBA{clamp(v[0]), clamp(v[1]), clamp(v[2]), 255})
	}
	if l.grey {
		return grey
	}
	return colour
}

func clamp(v float64) byte { return byte(min(max(v, 0), 255)) }

// smear moves the picture along a line while the shutter is open.
func (p *photo) smear(length, degrees float64) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	steps := int(math.Ceil(length))*2 + 1
	for k := range p.plane {
		out := make([]float32, width*height)
		for s := range steps {
			t := (float64(s)/float64(steps-1) - 0.5) * length
			dx, dy := int(math.Round(t*cos)), int(math.Round(t*sin))
			for y := range height {
				from := min(max(y+dy, 0), height-1) * width
				for x := range width {
					out[y*width+x] += p.plane[k][from+min(max(x+dx, 0), width-1)]
				}
			}
		}
		for i := range out {
			out[i] /= float32(steps)
		}
		p.plane[k] = out
	}
}

func gaussian(sigma float64) []float32 {
	r := int(math.Ceil(3 * sigma))
	k := make([]float32, 2*r+1)
	sum := 0.0
	for i := range k {
		d := float64(i - r)
		v := math.Exp(-d * d / (2 * sigma * sigma))
		k[i] = float32(v)
		sum += v
	}
	for i := range k {
		k[i] /= float32(sum)
	}
	return k
}

// blur convolves rows, then columns.
func blur(in []float32, w, h int, kernel []float32) []float32 {
	r := len(kernel) / 2
	mid, out := make([]float32, w*h), make([]float32, w*h)
	for y := range h {
		row := in[y*w:][:w]
		for x := range w {
			var s float32
			for i, k := range kernel {
				s += k * row[min(max(x+i-r, 0), w-1)]
			}
			mid[y*w+x] = s
		}
	}
	for y := range h {
		line := out[y*w:][:w]
		for i, k := range kernel {
			for x, v := range mid[min(max(y+i-r, 0), h-1)*w:][:w] {
				line[x] += k * v
			}
		}
	}
	return out
}
