// A loudspeaker as libaaudio.so: each stream calls back from a thread of its own, and
// once more after it was closed. What it played is summed up.

#include <aaudio/AAudio.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct AAudioStreamBuilder {
	int format, channels, rate;
	AAudioStream_dataCallback callback;
	void *context;
};

struct AAudioStream {
	struct AAudioStreamBuilder made;
	pthread_t thread;
	atomic_bool stop;
	int started;
};

atomic_int fake_living, fake_late, fake_ended; // streams and builders; late callbacks to come; streams that stopped by themselves
atomic_llong fake_sum;                         // of all samples played
atomic_int fake_haunted;                       // samples that were heard from streams that are closed
int fake_fail;                                 // streams that will not open

aaudio_result_t AAudio_createStreamBuilder(AAudioStreamBuilder **b) {
	fake_living++;
	*b = calloc(1, sizeof **b);
	return AAUDIO_OK;
}

void AAudioStreamBuilder_setFormat(AAudioStreamBuilder *b, aaudio_format_t format) { b->format = format; }
void AAudioStreamBuilder_setChannelCount(AAudioStreamBuilder *b, int32_t n) { b->channels = n; }
void AAudioStreamBuilder_setSampleRate(AAudioStreamBuilder *b, int32_t rate) { b->rate = rate; }

void AAudioStreamBuilder_setDataCallback(AAudioStreamBuilder *b, AAudioStream_dataCallback callback, void *context) {
	b->callback = callback;
	b->context = context;
}

aaudio_result_t AAudioStreamBuilder_openStream(AAudioStreamBuilder *b, AAudioStream **s) {
	if (fake_fail > 0) {
		fake_fail--;
		return -899; // AAUDIO_ERROR_DISCONNECTED
	}
	if (b->format != AAUDIO_FORMAT_PCM_I16 || b->channels != 1 || b->rate != 22050)
		abort();
	fake_living++;
	*s = calloc(1, sizeof **s);
	(*s)->made = *b;
	return AAUDIO_OK;
}

aaudio_result_t AAudioStreamBuilder_delete(AAudioStreamBuilder *b) {
	fake_living--;
	free(b);
	return AAUDIO_OK;
}

static void *run(void *arg) {
	AAudioStream *s = arg;
	int16_t *burst = malloc(96 * sizeof *burst); // so that one frame too many is found
	while (!s->stop) {
		memset(burst, 0x55, 96 * sizeof *burst);
		int last = s->made.callback(s, s->made.context, burst, 96) == AAUDIO_CALLBACK_RESULT_STOP;
		for (int i = 0; i < 96; i++)
			fake_sum += burst[i];
		if (last) {
			fake_ended++;
			break;
		}
		usleep(50);
	}
	free(burst);
	return NULL;
}

aaudio_result_t AAudioStream_requestStart(AAudioStream *s) {
	s->started = 1;
	return pthread_create(&s->thread, NULL, run, s);
}

aaudio_result_t AAudioStream_requestStop(AAudioStream *s) {
	s->stop = 1;
	return AAUDIO_OK;
}

static void *late(void *arg) {
	struct AAudioStreamBuilder *b = arg;
	int16_t burst[8];
	usleep(1000);
	b->callback(NULL, b->context, burst, 8);
	for (int i = 0; i < 8; i++)
		fake_haunted += burst[i] != 0;
	free(b);
	fake_late--;
	return NULL;
}

aaudio_result_t AAudioStream_close(AAudioStream *s) {
	s->stop = 1;
	if (s->started)
		pthread_join(s->thread, NULL);
	struct AAudioStreamBuilder *b = malloc(sizeof *b);
	*b = s->made;
	fake_late++;
	pthread_t t;
	pthread_create(&t, NULL, late, b);
	pthread_detach(t);
	fake_living--;
	free(s);
	return AAUDIO_OK;
}
