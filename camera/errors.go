package camera

import "errors"

// Errors of opening a camera.
var (
	ErrNoCamera    = errors.New("there is no camera: plug one in, or name another device (ls /dev/video* lists them)")
	ErrNotCamera   = errors.New("this is not a camera that delivers pictures: name another device, or use auto")
	ErrFormat      = errors.New("the camera lists no picture format this program reads (YUYV, GREY, NV12, MJPG): use another camera")
	ErrPermission  = errors.New("this user may not open the camera: add the user to the group video (sudo usermod -aG video $USER) and sign in again")
	ErrBusy        = errors.New("another program is using the camera: close that program")
	ErrBandwidth   = errors.New("the USB port has no bandwidth left for the camera: plug it into another port, without a hub")
	ErrTooMany     = errors.New("too many cameras are in use at once: close the other programs that use one")
	ErrDisabled    = errors.New("whoever manages this device has switched its cameras off: ask them, or use a reader")
	ErrCameraless  = errors.New("this device has no camera: use its scan key, or a reader")
	ErrUnsupported = errors.New("this build has no V4L2 cameras: use a folder of pictures, or the device's own camera")
)

// Errors that end a camera's Run after it was open.
var (
	ErrUnplugged = errors.New("the camera was unplugged: plug it in again")
	ErrStalled   = errors.New("the camera has stopped sending pictures: unplug it and plug it in again")
	ErrDamaged   = errors.New("the camera sends only damaged pictures: plug it straight into the computer with a short cable")
)

// Errors of a picture; they come as Frame.Err.
var (
	ErrTooLarge   = errors.New("the picture is too large: make it smaller (1920 pixels wide is plenty) and try again")
	ErrTruncated  = errors.New("the picture is cut off: copy it again, or take it again")
	ErrBadPicture = errors.New("the picture is damaged: take it again")
	ErrNotPicture = errors.New("this is not a JPEG, PNG or PGM picture: convert it to one of these")
	ErrUnreadable = errors.New("the picture file cannot be read: check the disk and the file's permissions")
)

// ErrStreamSpec refuses a live stream's path.
var ErrStreamSpec = errors.New("a camera's raw frames want a format and a size: live:YUYV,1280x720 (or GREY, or NV12); live:- takes JPEGs")

// ErrNoPictures ends a playback that has nothing to play.
var ErrNoPictures = errors.New("no pictures there: give a picture, a folder of pictures (.jpg, .png, .pgm), a pattern such as 'cards/*.jpg', or - for a stream on standard input")
