// Package guest holds the tests that run inside the rig's virtual machine, as
// its first and only process. They are compiled by the rig (build tag guest) and
// run nowhere else. The released programs are there too, in /bin.
//
// A test asks the host for what only the host can do by printing a line:
//
//	@host send usb0 "text"     the reader on that line sends text
//	@host lines usb0 7 100     or sends numbered lines, 100 from number 7 on
//	@host expect usb0 "text"   what was written to that line, or the run ends
//	@host unplug usb0          pull the USB reader's cable
//	@host plug usb0            plug it in again
//	@host plug kbd0            plug a keyboard in
//	@host type kbd0 shift-a b  press its keys
//
// The last line is "@host result N", the exit code.
package guest
