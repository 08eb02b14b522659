//go:build linux && !android

package camera

import (
	"reflect"
	"unsafe"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"
)

// buffer is struct v4l2_buffer (include/uapi/linux/videodev2.h).
type buffer struct {
	index, kind, used, flags, field uint32
	at                              unix.Timeval
	timecode                        [16]byte
	sequence, memory                uint32
	place                           uintptr
	length, reserved, request       uint32
}

const flagError = 0x40 // V4L2_BUF_FLAG_ERROR

// flagged is the set of buffers that are done and that the driver has marked as
// damaged. Only before a buffer is taken does the driver tell; the oldest is
// taken next, and it was done before anybody asked.
func (d *device) flagged() (bad uint32) {
	if d.fd < 0 {
		return 0
	}
	for i := range uint32(bufferCount) {
		b := buffer{index: i, kind: webcam.V4L2_BUF_TYPE_VIDEO_CAPTURE}
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(d.fd), webcam.VIDIOC_QUERYBUF, uintptr(unsafe.Pointer(&b)))
		if errno == 0 && b.flags&flagError != 0 {
			bad |= 1 << i
		}
	}
	return bad
}

// descriptor is the library's open file. It keeps it in a field of its own;
// reading it needs no more than reflection, and a test holds that the field is
// there.
func descriptor(cam *webcam.Webcam) int {
	fd := reflect.ValueOf(cam).Elem().FieldByName("fd")
	if !fd.IsValid() || fd.Kind() != reflect.Uintptr {
		return -1
	}
	return int(fd.Uint())
}
