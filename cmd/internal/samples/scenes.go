package main

import (
	"image"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// scene is one sample frame.
type scene struct {
	name   string
	seed   uint64
	behind backdrop
	cards  []held
	lens   lens
	expect []expectation
}

// held is a card in the picture and the hand that holds it.
type held struct {
	draw func(*studio) (*canvas, error)
	pose pose
	lit  light
	hand grip
}

// grip is where a thumb comes in.
type grip int

const (
	noHand grip = iota
	fromLeft
	fromRight
	fromBelow
)

// expectation is what a checkpoint should make of one symbol of a frame, with
// the demo's list, trust and policy, if the frames are shown in order.
type expectation struct {
	outcome, reason, scheme, masked string
}

// studio draws cards.
type studio struct {
	fonts  *fonts
	issuer issuer
}

var webcam = lens{blur: 0.95, noise: 2.4, edge: 0.28, cast: [3]float64{1.02, 1, 0.95}, haze: 12, sharpen: 0.4, quality: 70}

// but returns a variant of a lens.
func (l lens) but(change func(*lens)) lens {
	change(&l)
	return l
}

var indoors = light{level: 0.95, slope: -0.08, corner: 3.2}

func (l light) glare(x, y, r, strength float64) light {
	l.glareX, l.glareY, l.glareR, l.strength = x, y, r, strength
	return l
}

var paperLight = light{level: 0.92, slope: 0.07, corner: 0.2, curl: 1.2}

var screenLight = light{level: 1.08, slope: 0.02, corner: 6, moire: 0.3}

func front(who string) func(*studio) (*canvas, error) {
	return func(s *studio) (*canvas, error) { return chipCard(s.fonts, people[who], people[who].cccd()) }
}

func back(who string, tail ...string) func(*studio) (*canvas, error) {
	return func(s *studio) (*canvas, error) { return cardBack(s.fonts, people[who], people[who].cccd(tail...)) }
}

var emptyTail = []string{"", "", "", ""}

func insurance(who string, number func(person) string, message func(person) string) func(*studio) (*canvas, error) {
	return func(s *studio) (*canvas, error) {
		p := people[who]
		return insuranceCard(s.fonts, p, number(p), message(p))
	}
}

func about(p person, until string) []field {
	return []field{{"Họ và tên / Name", p.name}, {"Giá trị đến / Valid until", until}}
}

// shown is how a pass is carried.
type shown int

const (
	onPaper shown = iota
	onBadge
	onPhone
)

func signed(kind passKind, who, until string, how shown) func(*studio) (*canvas, error) {
	return func(s *studio) (*canvas, error) {
		p := people[who]
		message, err := s.issuer.pass(p, kind)
		if err != nil {
			return nil, err
		}
		switch how {
		case onBadge:
			return plasticPass(s.fonts, "THẺ RA VÀO MẪU", []field{{"Họ tên", p.name}, {"Đến", until}}, message)
		case onPhone:
			return phone(s.fonts, rgb(0x0B6E4F), "Giấy đi đường (mẫu)", about(p, until), decoder.ErrorCorrectionLevel_L, message)
		}
		return paperPass(s.fonts, "GIẤY RA VÀO MẪU", "Sample pass · nhà máy Ví Dụ", about(p, until), message)
	}
}

// shoot takes the picture of a scene.
func (s *studio) shoot(sc scene) (image.Image, error) {
	p := newPhoto(sc.seed)
	p.background(sc.behind)
	skin := []uint32{0xC99A7A, 0xB9855F, 0xD8AF90, 0xA87450}[sc.seed%4]
	for _, h := range sc.cards {
		c, err := h.draw(s)
		if err != nil {
			return nil, err
		}
		p.fingersBehind(c, h, skin)
		p.place(c, h.pose, h.lit)
		p.thumb(c, h, skin)
	}
	if len(sc.cards) == 0 { // an open hand
		p.finger(560, 1000, 545, 700, 190, rgb(skin), false)
		p.finger(690, 820, 800, 520, 46, rgb(skin), false)
		for i := range 4 {
			x := 380 + 95*float64(i)
			p.finger(x+60, 760, x, 300+40*float64(i%2), 44, rgb(skin), false)
		}
	}
	return p.develop(sc.lens), nil
}

// edges gives the places where a hand touches a card: two points on the edge in
// millimetres, and the direction the hand comes from.
func (h held) edges(c *canvas) (m matrix, w, t float64) {
	return h.pose.project(), float64(c.Rect.Dx()) / perMillimetre / 2, float64(c.Rect.Dy()) / perMillimetre / 2
}

func (p *photo) fingersBehind(c *canvas, h held, skin uint32) {
	m, w, t := h.edges(c)
	r := 7 * h.pose.scale
	for i := range 4 {
		k := float64(i)
		var x0, y0, x1, y1 float64
		switch h.hand {
		case fromLeft:
			x0, y0, x1, y1 = -w-45, t*0.2+14*k, -w+9, -t*0.55+13*k
		case fromRight:
			x0, y0, x1, y1 = w+45, t*0.2+14*k, w-9, -t*0.55+13*k
		case fromBelow:
			x0, y0, x1, y1 = -w*0.5+15*k, t+50, -w*0.6+17*k, t-8
		default:
			return
		}
		ax, ay := m.apply(x0, y0)
		bx, by := m.apply(x1, y1)
		p.finger(ax, ay, bx, by, r, rgb(skin-0x0A0806), false)
	}
}

func (p *photo) thumb(c *canvas, h held, skin uint32) {
	m, w, t := h.edges(c)
	var x0, y0, x1, y1 float64
	switch h.hand {
	case fromLeft:
		x0, y0, x1, y1 = -w-40, t+24, -w+7, t*0.45
	case fromRight:
		x0, y0, x1, y1 = w+40, t+24, w-7, t*0.72
	case fromBelow:
		x0, y0, x1, y1 = -w*0.35, t+45, -w*0.12, t-2
	default:
		return
	}
	ax, ay := m.apply(x0, y0)
	bx, by := m.apply(x1, y1)
	p.finger(ax, ay, bx, by, 7.6*h.pose.scale, rgb(skin), true)
}
