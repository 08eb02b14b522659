package scanner_test

// bhytOld is an insurance card valid until the end of 2018 and unsigned169 a
// Claim 169 text without a signature, both invented (the latter is the
// published vector "minimal" of the Claim 169 test set).
const (
	bhytOld     = "DN4010190123456|4e677579e1bb856e205468e1bb8b2056c3ad2044e1bba5|15/01/1990|2|53e1bb912031205068e1bb91204de1baab752c205068c6b0e1bb9d6e67205468e1bbad2c205175e1baad6e204e676869e1bb876d2c2048c3a0204ee1bb9969|01 - 028|09/01/2018|31/12/2018|10/01/2018|01090190123456|-|4| 01/08/2019|123456789abcdef-7102|$"
	unsigned169 = "6BFL70+30FFWJWG.FKJ0587B0XKA8FA9DIWENPEJ/5P$DPQE88EB$CBECP9ERZC04E21DDF3/E96007F3ORAO001KL680 B94W5QF60R6KW5/G8HS83P0KI949DP34W3ER68HSLK1"
)
