// Package pins is a USB GPIO adapter made of software, a Nano River Viperboard,
// which the kernel's own drivers meet through USB/IP (vhci_hcd): stock kernels
// leave out the GPIO simulators (gpio-sim, gpio-mockup). Only its second bank of
// 16 pins is there.
package pins
