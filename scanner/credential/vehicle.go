package credential

import (
	"net/url"
	"strings"
)

// Vehicles and places have codes that only mean something to a server:
//
//	https://vantai.drvn.gov.vn/tokhaiyteQR?token=ID    national green lane
//	TKVT_ID                                            provincial declaration
//	https://qr.tokhaiyte.vn/…  https://qr.pccovid.gov.vn/…    a place
//
// Without the server the host can be checked and the id be written down. As in
// the checkpoint application of 2021 the id is everything after the last
// "token=", and where TKVT_ occurs as well, it wins.
const (
	tkvtMark  = "TKVT_"
	tokenMark = "token="
	drvnHost  = "drvn.gov.vn"
)

var placeHosts = []string{"qr.tokhaiyte.vn", "qr.pccovid.gov.vn"}

func isURL(s string) bool {
	return hasPrefixFold(s, "https://") || hasPrefixFold(s, "http://")
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// recogniseURL goes by the host as a browser would, not by what the text
// contains: https://drvn.gov.vn.example.com/ is nobody's.
func recogniseURL(s string) Scheme {
	u, err := url.Parse(s)
	if err != nil {
		return Unrecognised
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	for _, place := range placeHosts {
		if host == place {
			return Place
		}
	}
	if host != drvnHost && !strings.HasSuffix(host, "."+drvnHost) {
		return Unrecognised
	}
	switch {
	case strings.Contains(s, tkvtMark):
		return TKVT
	case strings.Contains(s, tokenMark):
		return GreenLane
	}
	return Unrecognised
}

func (c *Credential) readGreenLane(text string) error {
	return c.readVehicle(NamespaceDRVN, text, tokenMark)
}

func (c *Credential) readTKVT(text string) error {
	return c.readVehicle(NamespaceTKVT, text, tkvtMark)
}

func (c *Credential) readVehicle(namespace, text, mark string) error {
	id := text[strings.LastIndex(text, mark)+len(mark):]
	if !isVehicleID(id) {
		return malformed("the vehicle's id is empty or has characters that ids do not have")
	}
	c.subject = Subject{namespace, id}
	return nil
}

// isVehicleID allows printable ASCII without SPACE: the ids' form is not public.
func isVehicleID(s string) bool {
	if s == "" || len(s) > maxNumber {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
