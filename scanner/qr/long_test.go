package qr

import "flag"

// long asks for the long forms of the tests: make test-qr-long.
var long = flag.Bool("long", false, "long forms: every row of the world, every cut")
