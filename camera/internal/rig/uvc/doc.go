// Package uvc is a USB camera made of software: the device end of USB/IP on a
// socket whose other end is handed to the kernel's vhci_hcd. The kernel's own
// usbcore and uvcvideo enumerate it and stream from it, and an application sees
// /dev/video0. It can be unplugged, and it can be made to fail.
//
// Protocols: USB/IP (Linux Documentation/usb/usbip_protocol.rst), USB 2.0
// chapter 9, USB Device Class Definition for Video Devices 1.0a ("UVC") with
// bulk transfers and the payload formats Uncompressed (YUY2) and MJPEG.
package uvc
