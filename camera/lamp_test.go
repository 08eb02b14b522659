package camera

import "testing"

func TestLamp(t *testing.T) {
	var none *Lamp
	var lamp Lamp
	for _, otherwise := range []bool{false, true} {
		if none.Lit(otherwise) != otherwise || lamp.Lit(otherwise) != otherwise {
			t.Error("a lamp nobody switched is not as the settings say")
		}
	}
	for _, on := range []bool{true, false, true} {
		if lamp.Switch(on); lamp.Lit(!on) != on {
			t.Errorf("switched to %v, the lamp is not", on)
		}
	}
}
