package intent

import "testing"

func TestWhoseBroadcastsCount(t *testing.T) {
	const dw = "com.symbol.datawedge"
	zebra, newland := Enrolled{Maker: Zebra}, Enrolled{Maker: Newland}
	named := Enrolled{Maker: Newland, Sender: "com.nlscan.service"}
	for _, c := range []struct {
		name    string
		was     Enrolled
		maker   Maker
		sender  string
		device  string
		testing bool
		then    Enrolled
		counts  bool
	}{
		{"nobody enrolled, not the device's maker", Enrolled{}, Newland, "", "alps", false, Enrolled{}, false},
		{"nobody enrolled, no manufacturer", Enrolled{}, Newland, "", "", false, Enrolled{}, false},
		{"the device's own maker", Enrolled{}, Zebra, "", "Zebra Technologies", false, zebra, true},
		{"in capitals", Enrolled{}, Sunmi, "", "SUNMI", false, Enrolled{Maker: Sunmi}, true},
		{"an older Zebra", Enrolled{}, Zebra, dw, "Motorola Solutions", false, Enrolled{Zebra, dw}, true},
		{"in the test", Enrolled{}, Newland, "", "alps", true, newland, true},
		{"in the test, another than the device's: nobody is enrolled yet", Enrolled{}, Newland, "", "Zebra Technologies", true, newland, true},
		{"enrolled", newland, Newland, "", "alps", false, newland, true},
		{"enrolled, now with a name", newland, Newland, "com.nlscan.service", "alps", false, newland, true},
		{"enrolled with a name", named, Newland, "com.nlscan.service", "alps", false, named, true},
		{"another app takes its form", named, Newland, "com.example.evil", "alps", false, named, false},
		{"another app hides", named, Newland, "", "alps", false, named, false},
		{"another maker", newland, Urovo, "", "alps", false, newland, false},
		{"the device's own, when another is enrolled", newland, Zebra, dw, "Zebra Technologies", false, newland, false},
		{"the device's own in the test", newland, Zebra, dw, "Zebra Technologies", true, Enrolled{Zebra, dw}, true},
		{"another in the test", newland, Urovo, "", "alps", true, Enrolled{Maker: Urovo}, true},
		{"never in place of the device's own", zebra, Newland, "", "Zebra Technologies", true, zebra, false},
		{"its sender has changed, in the test", named, Newland, "com.nlscan.scanner", "alps", true, Enrolled{Newland, "com.nlscan.scanner"}, true},
		{"its sender has changed on its own device, in the test", named, Newland, "", "Newland", true, newland, true},
		{"not DataWedge", Enrolled{}, Zebra, "com.example.evil", "Zebra Technologies", false, Enrolled{}, false},
		{"not DataWedge, enrolled, in the test", zebra, Zebra, "com.example.evil", "Zebra Technologies", true, zebra, false},
		{"nobody's", newland, "", "", "", true, newland, false},
	} {
		then, counts := c.was.Take(Scan{Maker: c.maker, Sender: c.sender}, Scene{Manufacturer: c.device, Testing: c.testing})
		if then != c.then || counts != c.counts {
			t.Errorf("%s: %+v %v, want %+v %v", c.name, then, counts, c.then, c.counts)
		}
	}
	if Maker("").Makes("") || Zebra.Makes("") || Newland.Makes("Zebra") {
		t.Error("a device of nobody's is somebody's")
	}
}
