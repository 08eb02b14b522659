// Command zxing times this engine and zxing-cpp on the same frames in the same
// run and prints the table side by side. It needs Debian's libzxing-dev and is
// built with the tag zxing only; nothing that is shipped links it.
//
//	go run -tags zxing ./scanner/qr/internal/zxing PICTURE…
package main
