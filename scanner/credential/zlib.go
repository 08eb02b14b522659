package credential

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"sync"
)

var errZlib = errors.New("not one zlib stream within bounds")

// inflaters saves the 40 kB that a zlib reader takes. They are zlib.Resetter.
var inflaters sync.Pool

// inflate returns the content of packed, which must be one zlib stream (RFC
// 1950) with nothing after it and at most limit bytes in it.
func inflate(packed []byte, limit int) ([]byte, error) {
	source := bytes.NewReader(packed)
	reader, err := inflater(source)
	if err != nil {
		return nil, errZlib
	}
	defer inflaters.Put(reader)
	content := bytes.NewBuffer(make([]byte, 0, min(4*len(packed)+bytes.MinRead, limit+1)))
	// One byte more than the limit tells a bomb from a stream that just fits.
	n, err := io.Copy(content, io.LimitReader(reader, int64(limit)+1))
	if err != nil || n > int64(limit) || source.Len() != 0 {
		return nil, errZlib
	}
	return content.Bytes(), nil
}

func inflater(source io.Reader) (io.ReadCloser, error) {
	if reader, ok := inflaters.Get().(io.ReadCloser); ok {
		if err := reader.(zlib.Resetter).Reset(source, nil); err != nil {
			inflaters.Put(reader)
			return nil, err
		}
		return reader, nil
	}
	return zlib.NewReader(source)
}

// deflate is the inverse of inflate.
func deflate(content []byte) []byte {
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err == nil {
		_, err = w.Write(content)
		if err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		return nil // the level is one there is, and a bytes.Buffer takes everything
	}
	return packed.Bytes()
}
