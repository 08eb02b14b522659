package tone

import (
	"encoding/binary"
	"io/fs"
	"testing"
)

// Every outcome has a word in both languages: short, heard, and together small.
func TestWords(t *testing.T) {
	for _, language := range []string{"vi", "en"} {
		for _, shape := range []Shape{Admit, Refer, Refuse} {
			pcm := Word(language, shape)
			seconds := float64(len(pcm)) / Rate
			if seconds < 0.15 || seconds > 1.2 {
				t.Errorf("%s, %v: %.2f s", language, shape, seconds)
			}
			var power float64
			for _, v := range pcm {
				power += float64(v) * float64(v)
			}
			if rms := power / float64(len(pcm)); rms < 1000*1000 {
				t.Errorf("%s, %v: hardly heard", language, shape)
			}
		}
	}
	if Word("", Admit) != nil || Word("fr", Admit) != nil {
		t.Error("a language without words speaks")
	}
	total := int64(0)
	err := fs.WalkDir(voices, ".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		total += info.Size()
		return err
	})
	if err != nil || total == 0 || total > 100<<10 {
		t.Errorf("the words take %d bytes, at most 100 kB are allowed (%v)", total, err)
	}
}

// ITU-T G.711 table 2a: the ends, zero, and the first step.
func TestMuLaw(t *testing.T) {
	for b, want := range map[byte]int{0x00: -32124, 0x80: 32124, 0xFF: 0, 0x7F: 0, 0xFE: 8, 0x7E: -8, 0x8F: 16764} {
		if got := muLaw(b); got != want {
			t.Errorf("%#x is %d, want %d", b, got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	loudest := func(s Settings, shape Shape) (most int) {
		pcm := s.sound(shape)
		for i := 0; i < len(pcm); i += 2 {
			most = max(most, int(int16(binary.LittleEndian.Uint16(pcm[i:]))))
		}
		return most
	}
	full := loudest(Settings{Volume: MaxVolume}, Admit)
	half := loudest(Settings{Volume: MaxVolume - 2}, Admit)
	if full < 20000 || half*19 > full*10 || half*21 < full*10 {
		t.Errorf("full volume has the peak %d, two steps (6 dB) less %d", full, half)
	}
	if loudest(Settings{}, Refuse) != 0 || loudest(Settings{Volume: -3}, Refuse) != 0 || loudest(Settings{Volume: 99}, Admit) != full {
		t.Error("volume is not bounded")
	}
	bare, spoken := Settings{Volume: 5}.sound(Refer), Settings{Volume: 5, Spoken: "vi"}.sound(Refer)
	if len(spoken) != len(bare)+2*len(Word("vi", Refer))+2*Rate*120/1000 {
		t.Errorf("a word adds %d bytes", len(spoken)-len(bare))
	}
}
