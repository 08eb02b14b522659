package assets

import "embed"

// Samples holds the sample photographs (samples/NN-name.jpg), whom they show
// (samples/people.csv) and what a demonstration site decides about each
// (samples/expected.csv). See samples/README.md for how they are made.
//
//go:embed samples
var Samples embed.FS
