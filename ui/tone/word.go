package tone

import (
	"embed"
	"time"
)

// The spoken words: "được qua", "dừng lại", "kiểm tra" and "pass", "stop",
// "check", made by espeak-ng (make voices). A clip is bare µ-law (ITU-T G.711),
// 8,000 samples a second, one channel: what a telephone carries is enough for a
// word one knows.
//
//go:embed voices/*.ul
var voices embed.FS

const (
	wordRate = 8000
	pause    = 120 * time.Millisecond // between a shape and its word
)

var wordNames = map[Shape]string{Admit: "admit", Refer: "refer", Refuse: "refuse"}

// Word returns an outcome's word in a language ("vi" or "en") as mono PCM at
// Rate; nil where there is none.
func Word(language string, s Shape) []int16 {
	clip, err := voices.ReadFile("voices/" + language + "-" + wordNames[s] + ".ul")
	if err != nil {
		return nil
	}
	pcm := make([]int16, len(clip)*Rate/wordRate)
	for i := range pcm {
		at := i * wordRate
		from, part := at/Rate, at%Rate
		a, b := muLaw(clip[from]), muLaw(clip[min(from+1, len(clip)-1)])
		pcm[i] = int16(a + (b-a)*part/Rate)
	}
	return pcm
}

// muLaw expands one byte (ITU-T G.711 table 2a).
func muLaw(b byte) int {
	b = ^b
	v := (int(b&0x0F)<<3+0x84)<<(b>>4&7) - 0x84
	if b&0x80 != 0 {
		return -v
	}
	return v
}
