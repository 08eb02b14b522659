// AAudio as card_android.go calls it. One call at a time.

#include <stdint.h>

// chot_sound reports whether this Android has AAudio.
int chot_sound(void);

// chot_play plays samples in place of what is playing, without waiting for their
// end, and returns 0 or an aaudio_result_t.
int chot_play(const int16_t *samples, int count, int rate);

// chot_silence ends what is playing and gives the loudspeaker back.
void chot_silence(void);
