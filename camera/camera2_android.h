// The NDK's Camera2, as camera2_android.go calls it: plain calls, no callback into
// Go, nothing of ours that the NDK could touch after it was freed.

#include <stdint.h>

// An entry of a capture request or of a camera's description (ACAMERA_TYPE_BYTE,
// _INT32, _INT64, and _FLOAT in millionths).
struct chot_entry {
	uint32_t tag;
	int32_t type, count;
	int64_t value[2];
};

// What chot_take says beside the NDK's camera_status_t, all of which are 0 or less.
enum { CHOT_FRAME = 0, CHOT_NONE = 1, CHOT_DAMAGED = 2 };

// chot_list writes the cameras' names, each ended by 0, and returns how many there
// are, or a status.
int chot_list(char *names, int size);

// chot_read reads an entry of a camera's description into values and returns how
// many it has, at most max, or a status.
int chot_read(const char *name, uint32_t tag, int64_t *values, int max);

// chot_open opens a camera for frames of the given size and starts it. It returns a
// number for the calls below, or a status; then nothing stays open.
int chot_open(const char *name, int width, int height, const struct chot_entry *entries, int count);

// chot_set changes entries of the request of a camera that runs.
int chot_set(int camera, const struct chot_entry *entries, int count);

// chot_take waits for a frame newer than the last, milliseconds at most, and copies
// its luminance, width·height bytes. age is how long ago it came, in nanoseconds;
// seq counts the frames that came. CHOT_NONE: none came, or chot_wake was called.
int chot_take(int camera, uint8_t *luminance, int milliseconds, int64_t *age, uint64_t *seq);

// chot_wake ends the chot_take that waits, or else the next one. Any number is safe,
// also after chot_close.
void chot_wake(int camera);

// chot_close stops and frees everything. No chot_take may run beside it. Callbacks
// that come later find nothing.
void chot_close(int camera);
