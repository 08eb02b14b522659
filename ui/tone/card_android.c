//go:build cgo

#include <aaudio/AAudio.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "card_android.h"

// AAudio came with API 26: it is looked up, never linked.
static struct {
	aaudio_result_t (*builder)(AAudioStreamBuilder **);
	void (*format)(AAudioStreamBuilder *, aaudio_format_t);
	void (*channels)(AAudioStreamBuilder *, int32_t);
	void (*rate)(AAudioStreamBuilder *, int32_t);
	void (*callback)(AAudioStreamBuilder *, AAudioStream_dataCallback, void *);
	aaudio_result_t (*open)(AAudioStreamBuilder *, AAudioStream **);
	aaudio_result_t (*drop)(AAudioStreamBuilder *);
	aaudio_result_t (*start)(AAudioStream *);
	aaudio_result_t (*stop)(AAudioStream *);
	aaudio_result_t (*close)(AAudioStream *);
} audio;

enum { MOST = 8 * 22050 }; // samples of a sound

// What is playing. It is never freed, and a callback knows it by a number that no
// other sound has: one that comes late plays nothing.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int16_t sound[MOST];
static int length, at;
static intptr_t number;

// Who opens and closes streams: sounds of a station that has just ended may still be
// playing when the next one's begin. Closing waits for callbacks, so none takes it.
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;
static AAudioStream *stream;

static bool find(void *library, const char *name, void *into) {
	void *symbol = library == NULL ? NULL : dlsym(library, name);
	memcpy(into, &symbol, sizeof symbol);
	return symbol != NULL;
}

static bool load(void) {
	void *library = dlopen("libaaudio.so", RTLD_NOW);
	return find(library, "AAudio_createStreamBuilder", &audio.builder) && find(library, "AAudioStreamBuilder_setFormat", &audio.format) &&
	       find(library, "AAudioStreamBuilder_setChannelCount", &audio.channels) && find(library, "AAudioStreamBuilder_setSampleRate", &audio.rate) &&
	       find(library, "AAudioStreamBuilder_setDataCallback", &audio.callback) && find(library, "AAudioStreamBuilder_openStream", &audio.open) &&
	       find(library, "AAudioStreamBuilder_delete", &audio.drop) && find(library, "AAudioStream_requestStart", &audio.start) &&
	       find(library, "AAudioStream_requestStop", &audio.stop) && find(library, "AAudioStream_close", &audio.close);
}

int chot_sound(void) {
	pthread_mutex_lock(&door);
	int there = audio.close != NULL || load();
	pthread_mutex_unlock(&door);
	return there;
}

static aaudio_data_callback_result_t more(AAudioStream *from, void *context, void *to, int32_t frames) {
	(void)from;
	int n = 0;
	pthread_mutex_lock(&lock);
	if ((intptr_t)context == number) {
		n = length - at < frames ? length - at : frames;
		memcpy(to, sound + at, (size_t)n * sizeof *sound);
		at += n;
	}
	pthread_mutex_unlock(&lock);
	memset((int16_t *)to + n, 0, (size_t)(frames - n) * sizeof *sound);
	return n > 0 ? AAUDIO_CALLBACK_RESULT_CONTINUE : AAUDIO_CALLBACK_RESULT_STOP;
}

// end ends what is playing. The door is locked.
static void end(void) {
	pthread_mutex_lock(&lock);
	number++;
	pthread_mutex_unlock(&lock);
	if (stream == NULL)
		return;
	audio.stop(stream);
	audio.close(stream);
	stream = NULL;
}

// play is chot_play with the door locked.
static aaudio_result_t play(const int16_t *samples, int count, int rate, int *which) {
	end();
	pthread_mutex_lock(&lock);
	length = count < MOST ? count : MOST;
	at = 0;
	memcpy(sound, samples, (size_t)length * sizeof *sound);
	void *context = (void *)number;
	*which = (int)number;
	pthread_mutex_unlock(&lock);

	AAudioStreamBuilder *builder = NULL;
	aaudio_result_t status = audio.builder(&builder);
	if (status != AAUDIO_OK)
		return status;
	audio.format(builder, AAUDIO_FORMAT_PCM_I16);
	audio.channels(builder, 1);
	audio.rate(builder, rate);
	audio.callback(builder, more, context);
	status = audio.open(builder, &stream);
	audio.drop(builder);
	if (status != AAUDIO_OK) {
		stream = NULL;
		return status;
	}
	status = audio.start(stream);
	if (status != AAUDIO_OK)
		end();
	return status;
}

int chot_play(const int16_t *samples, int count, int rate, int *which) {
	pthread_mutex_lock(&door);
	aaudio_result_t status = play(samples, count, rate, which);
	pthread_mutex_unlock(&door);
	return status;
}

void chot_silence(int which) {
	pthread_mutex_lock(&door);
	if (which == number)
		end();
	pthread_mutex_unlock(&door);
}
