// Package house holds no code, only the tests that hold the house together:
// which folder may import which, that every package says what it does, and
// that the programs without a window reach neither cgo nor the GUI.
package house
