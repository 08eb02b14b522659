// Command zxing times this engine and zxing-cpp on the same frames in the same
// run and prints the table side by side. It needs Debian's libzxing-dev and is
// built with the tag zxing only; nothing that is shipped links it.
//
//	go run -tags zxing ./scanner/qr/internal/zxing PICTURE…
//
// With -rates it counts what either reads in folders of pictures, as the test
// TestWorld keeps them:
//
//	go test -run World ./scanner/qr -args -long -keep /tmp/world
//	go run -tags zxing ./scanner/qr/internal/zxing -rates /tmp/world
package main
