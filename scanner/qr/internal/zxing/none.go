//go:build !zxing || !cgo

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "built without zxing-cpp: install libzxing-dev and run: go run -tags zxing ./scanner/qr/internal/zxing PICTURE…")
	os.Exit(2)
}
