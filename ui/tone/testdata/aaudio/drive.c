// Drives card_android.c through sounds, against fake.c.

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "../../card_android.h"

#define CHECK(that) \
	do { \
		if (!(that)) { \
			fprintf(stderr, "drive.c:%d: %s is not so\n", __LINE__, #that); \
			_exit(1); \
		} \
	} while (0)

extern atomic_int fake_living, fake_late, fake_ended, fake_haunted;
extern atomic_llong fake_sum;
extern int fake_fail;

static int16_t samples[1001], much[8 * 22050 + 1];

static void rest(void) {
	while (fake_late > 0)
		usleep(200);
	CHECK(fake_living == 0 && fake_haunted == 0);
}

static void *station(void *unused) {
	for (int i = 0, which; i < 100; i++) {
		CHECK(chot_sound() == 1 && chot_play(samples, 1001, 22050, &which) == 0);
		usleep((unsigned)(i % 3) * 100);
		chot_silence(which);
	}
	return unused;
}

int main(void) {
	alarm(120); // a deadlock
	long long sum = 0;
	for (int i = 0; i < 1001; i++)
		sum += samples[i] = (int16_t)(i - 300);
	int which = 0, last = 0;
	CHECK(chot_sound() == 1 && chot_sound() == 1);
	chot_silence(0);

	// A sound is played whole, once, and its stream then stops by itself.
	CHECK(chot_play(samples, 1001, 22050, &which) == 0);
	while (fake_ended < 1)
		usleep(200);
	CHECK(fake_sum == sum);
	chot_silence(which);
	rest();

	// The next sound cuts the last one short.
	for (int i = 0; i < 200; i++) {
		CHECK(chot_play(samples, 1001, 22050, &which) == 0);
		CHECK(fake_living == 1 && which != last);
		chot_silence(last); // long over: it ends nobody else's
		CHECK(fake_living == 1);
		last = which;
		usleep((unsigned)(i % 5) * 100);
	}
	while (fake_ended < 2)
		usleep(200);
	chot_silence(which);
	rest();

	// A station's sounds still end when the next one's begin.
	pthread_t stations[2];
	for (int i = 0; i < 2; i++)
		CHECK(pthread_create(&stations[i], NULL, station, NULL) == 0);
	for (int i = 0; i < 2; i++)
		CHECK(pthread_join(stations[i], NULL) == 0);
	rest();

	// Nowhere to play, and then there is again.
	fake_fail = 1;
	CHECK(chot_play(samples, 1001, 22050, &which) == -899);
	rest();
	CHECK(chot_play(much, sizeof much / sizeof *much, 22050, &which) == 0); // longer than any sound
	chot_silence(which);
	rest();
	return 0;
}
