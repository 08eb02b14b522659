// AAudio as card_android.go calls it, from any thread: a process has one loudspeaker.

#include <stdint.h>

// chot_sound reports whether this Android has AAudio.
int chot_sound(void);

// chot_play plays samples in place of what is playing, without waiting for their
// end, and returns 0 or an aaudio_result_t. which is the sound's number, never 0.
int chot_play(const int16_t *samples, int count, int rate, int *which);

// chot_silence gives the loudspeaker back if it is still that sound's.
void chot_silence(int which);
