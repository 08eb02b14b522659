package assets

import _ "embed"

// The fonts as TrueType files.
var (
	//go:embed fonts/NotoSans-Regular.ttf
	Regular []byte
	//go:embed fonts/NotoSans-Bold.ttf
	Bold []byte
	// FontLicence is the licence both fonts come under; whoever shows an
	// "about" page shows it.
	//go:embed fonts/OFL.txt
	FontLicence string
)
