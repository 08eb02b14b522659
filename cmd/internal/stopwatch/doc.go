// Package stopwatch measures the released programs as a gate sees them: how long
// from their start to the first verdict, and what they cost while nobody is there.
// It holds benchmarks only; the commands are
//
//	make bench-start
//	make bench-gate
package stopwatch
