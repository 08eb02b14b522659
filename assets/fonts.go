package assets

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
)

var (
	//go:embed fonts/NotoSans-Regular.ttf.gz
	regular []byte
	//go:embed fonts/NotoSans-Bold.ttf.gz
	bold []byte
	// FontLicence is the licence both fonts come under; whoever shows an
	// "about" page shows it.
	//go:embed fonts/OFL.txt
	FontLicence string
)

// Fonts unpacks the two weights, as TrueType files: they lie in half their size
// in the program.
func Fonts() (regularTTF, boldTTF []byte, err error) {
	if regularTTF, err = unpack(regular); err == nil {
		boldTTF, err = unpack(bold)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("unpack the embedded fonts: %w", err)
	}
	return regularTTF, boldTTF, nil
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
