package camera

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// cut reads all of a stream: pictures as bytes, errors of pictures as errors.
func cut(t testing.TB, r io.Reader) (parts []any) {
	t.Helper()
	s := newStream(r)
	for {
		b, err := s.next()
		switch {
		case err == io.EOF:
			return parts
		case err == nil:
			parts = append(parts, string(b))
		case !pictureTrouble(err):
			t.Fatalf("the stream broke: %v", err)
		default:
			parts = append(parts, err)
		}
		if len(parts) > 100_000 {
			t.Fatal("the stream does not end")
		}
	}
}

func TestStream(t *testing.T) {
	small := colourJPEG(t, gradient(40, 30))
	big := colourJPEG(t, gradient(640, 480)) // longer than the reader's buffer
	bare := withoutHuffman(t, small)
	thumb := append([]byte{0xff, 0xd8, 0xff, 0xe1, byte((len(small) + 2) >> 8), byte(len(small) + 2)}, small...)
	thumb = append(thumb, small[2:]...) // a JPEG whose APP1 holds a JPEG
	gray := pngBytes(t, gradient(33, 44))
	pgm := append([]byte("P5 5 3 255\n"), gradient(5, 3).Pix...)
	pgm16 := append([]byte("P5 # two bytes\n2 1 256\n"), 0, 1, 1, 0)
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for _, c := range []struct {
		name string
		in   []byte
		want []any
	}{
		{"one of each", cat(small, gray, pgm, big, bare, pgm16), []any{small, gray, pgm, big, bare, pgm16}},
		{"lines between", cat([]byte("\r\n"), small, []byte("\n\n "), big, []byte("\n")), []any{small, big}},
		{"a thumbnail", cat(thumb, small), []any{thumb, small}},
		{"a cut one in between", cat(small[:len(small)-40], big), []any{ErrTruncated, big}},
		{"cut at the end", cat(small, big[:5000]), []any{small, ErrTruncated}},
		{"cut in a header", cat(small, big[:9]), []any{small, ErrTruncated}},
		{"cut png", cat(gray[:30]), []any{ErrTruncated}},
		{"rubbish in between", cat(small, []byte("not a picture"), gray), []any{small, ErrNotPicture, gray}},
		{"only rubbish", []byte("GET / HTTP/1.1\r\n\r\n"), []any{ErrNotPicture}},
		{"a segment without length", cat([]byte{0xff, 0xd8, 0xff, 0xe0, 0, 0}, small), []any{ErrBadPicture, ErrNotPicture, small}},
		{"an endless png chunk", cat([]byte(pngSignature), []byte("\xff\xff\xff\xffIDAT"), small), []any{ErrBadPicture, small}},
		{"a huge pgm", cat([]byte("P5 99999 99999 255 "), small), []any{ErrTooLarge, ErrNotPicture, small}},
		{"nothing", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"at once":         bytes.NewReader(c.in),
				"byte by byte":    iotest.OneByteReader(bytes.NewReader(c.in)),
				"with its EOF":    iotest.DataErrReader(bytes.NewReader(c.in)),
				"half the buffer": iotest.HalfReader(bytes.NewReader(c.in)),
			} {
				got := cut(t, r)
				if len(got) != len(c.want) {
					t.Fatalf("%s: %d parts, want %d: %.60q", name, len(got), len(c.want), got)
				}
				for i, want := range c.want {
					switch want := want.(type) {
					case []byte:
						if got[i] != string(want) {
							t.Errorf("%s: part %d is not the picture that was sent", name, i)
						}
					case error:
						if err, ok := got[i].(error); !ok || !errors.Is(err, want) {
							t.Errorf("%s: part %d is %.60q, want %v", name, i, got[i], want)
						}
					}
				}
			}
		})
	}
}

func TestStreamThatFails(t *testing.T) {
	broken := errors.New("pipe burst")
	s := newStream(io.MultiReader(bytes.NewReader(colourJPEG(t, gradient(9, 9))), iotest.ErrReader(broken)))
	if _, err := s.next(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.next(); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
}

// FuzzStream holds that whatever the bytes, the stream ends, and that pictures
// it cuts are cut the same when they stand alone.
func FuzzStream(f *testing.F) {
	needSeeds(f)
	small := colourJPEG(f, gradient(8, 8))
	f.Add(append(append([]byte{}, small...), small[:100]...))
	f.Add(append([]byte("junk P5 3 1 255\nabc"), pngBytes(f, gradient(3, 3))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, part := range cut(t, bytes.NewReader(b)) {
			picture, ok := part.(string)
			if !ok {
				continue
			}
			again := cut(t, bytes.NewReader([]byte(picture)))
			if len(again) != 1 || again[0] != part {
				t.Fatalf("%q was cut out whole and is cut into %d parts alone", picture, len(again))
			}
		}
	})
}
