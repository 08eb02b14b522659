// Package assets holds what is not code: fonts, the operator's texts in
// Vietnamese and English, and the sample frames of the demo.
//
// # Texts
//
// strings/vi.toml and strings/en.toml hold every word the operator reads.
// They are TOML, decoded strictly: a key the program does not know, a key it
// misses or an empty text is an error. Texts may hold named arguments in
// braces ({limit}); Fill puts them in. Outcomes, reasons, faults and schemes
// stand under their stable codes.
//
// # Fonts
//
// Noto Sans, Regular and Bold, under the SIL Open Font License 1.1
// (fonts/OFL.txt): Debian's, cut down by make fonts to Latin, Greek, Cyrillic and
// signs, without hints, which draws the same. It covers every Vietnamese letter
// with stacked marks.
package assets
