package camera

// Factors of the inverse transform, with 13 bits of fraction.
const (
	fix0298631336 = 2446
	fix0390180644 = 3196
	fix0541196100 = 4433
	fix0765366865 = 6270
	fix0899976223 = 7373
	fix1175875602 = 9633
	fix1501321110 = 12299
	fix1847759065 = 15137
	fix1961570560 = 16069
	fix2053119869 = 16819
	fix2562915447 = 20995
	fix3072711026 = 25172
)

// inverse is the inverse discrete cosine transform of a block (ITU-T T.81 A.3.3)
// by the algorithm of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT
// algorithms with 11 multiplications", ICASSP 1989), first along rows, with two
// more bits, then along columns. rows tells which rows hold coefficients, other
// than the first one of all: most are empty in most blocks.
func inverse(dst []byte, stride int, b *[64]int32, rows uint) {
	if rows == 0 {
		v := clamp((b[0] + 4) >> 3)
		word := [8]byte{v, v, v, v, v, v, v, v}
		for y := range 8 {
			*(*[8]byte)(dst[y*stride:]) = word
		}
		return
	}
	for y := 0; y < 8; y++ {
		if y > 0 && rows>>y&1 == 0 {
			continue
		}
		s := (*[8]int32)(b[8*y:])
		if y == 0 && rows&1 == 0 {
			v := s[0] << 2
			*s = [8]int32{v, v, v, v, v, v, v, v}
			continue
		}
		e0, e1, e2, e3, o0, o1, o2, o3 := butterfly(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])
		const round, shift = 1 << 10, 11
		s[0], s[7] = (e0+o3+round)>>shift, (e0-o3+round)>>shift
		s[1], s[6] = (e1+o2+round)>>shift, (e1-o2+round)>>shift
		s[2], s[5] = (e2+o1+round)>>shift, (e2-o1+round)>>shift
		s[3], s[4] = (e3+o0+round)>>shift, (e3-o0+round)>>shift
	}
	if rows&^1 == 0 { // all lines are the same
		var word [8]byte
		for x := range word {
			word[x] = clamp((b[x] + 16) >> 5)
		}
		for y := range 8 {
			*(*[8]byte)(dst[y*stride:]) = word
		}
		return
	}
	d0, d1, d2, d3 := dst[0*stride:][:8], dst[1*stride:][:8], dst[2*stride:][:8], dst[3*stride:][:8]
	d4, d5, d6, d7 := dst[4*stride:][:8], dst[5*stride:][:8], dst[6*stride:][:8], dst[7*stride:][:8]
	for x := range 8 {
		e0, e1, e2, e3, o0, o1, o2, o3 := butterfly(b[x], b[8+x], b[16+x], b[24+x], b[32+x], b[40+x], b[48+x], b[56+x])
		const round, shift = 1 << 17, 18
		d0[x], d7[x] = clamp((e0+o3+round)>>shift), clamp((e0-o3+round)>>shift)
		d1[x], d6[x] = clamp((e1+o2+round)>>shift), clamp((e1-o2+round)>>shift)
		d2[x], d5[x] = clamp((e2+o1+round)>>shift), clamp((e2-o1+round)>>shift)
		d3[x], d4[x] = clamp((e3+o0+round)>>shift), clamp((e3-o0+round)>>shift)
	}
}

// butterfly is the even and the odd half of eight coefficients' inverse, times
// 2^13.
func butterfly(s0, s1, s2, s3, s4, s5, s6, s7 int32) (e0, e1, e2, e3, o0, o1, o2, o3 int32) {
	z1 := (s2 + s6) * fix0541196100
	t2, t3 := z1-s6*fix1847759065, z1+s2*fix0765366865
	t0, t1 := (s0+s4)<<13, (s0-s4)<<13
	e0, e3, e1, e2 = t0+t3, t0-t3, t1+t2, t1-t2

	a, b, c, d := s7+s1, s5+s3, s7+s3, s5+s1
	z5 := (c + d) * fix1175875602
	a, b = -a*fix0899976223, -b*fix2562915447
	c, d = z5-c*fix1961570560, z5-d*fix0390180644
	o0 = s7*fix0298631336 + a + c
	o1 = s5*fix2053119869 + b + d
	o2 = s3*fix3072711026 + b + c
	o3 = s1*fix1501321110 + a + d
	return
}

// clamp shifts a sample to its level (T.81 A.3.1) and into its range.
func clamp(v int32) byte {
	v += 128
	if uint32(v) > 255 {
		v = ^(v >> 31) // below: 0, above: all ones
	}
	return byte(v)
}
