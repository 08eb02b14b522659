// Drives camera2_android.c through a camera's life, against fake.c. Every check that
// fails ends it with the line.

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../camera2_android.h"
#include "ndk.h"

#define CHECK(that) \
	do { \
		if (!(that)) { \
			fprintf(stderr, "drive.c:%d: %s is not so\n", __LINE__, #that); \
			_exit(1); \
		} \
	} while (0)

enum { W = 64, H = 48, LONG = 60000 };

static uint8_t luminance[W * H];
static int64_t age;
static uint64_t seq;

static const struct chot_entry request[] = {
	{.tag = 1, .type = ACAMERA_TYPE_BYTE, .count = 1, .value = {0}},
	{.tag = 2, .type = ACAMERA_TYPE_INT32, .count = 2, .value = {15, 30}},
	{.tag = 3, .type = ACAMERA_TYPE_INT64, .count = 1, .value = {7}},
	{.tag = 4, .type = ACAMERA_TYPE_FLOAT, .count = 1, .value = {2500000}},
};
enum { ENTRIES = sizeof request / sizeof *request };

static void plain(void) {
	fake_rest();
	fake_fail = fake_status = fake_error = fake_short = 0;
	fake_disconnect = fake_frames = -1;
	fake_step = 1;
	fake_calls = 0;
}

static int begin(void) { return chot_open("0", W, H, request, ENTRIES); }

static void nothing_left(void) {
	fake_rest();
	CHECK(fake_living() == 0);
}

// frame is the number of the frame that was taken, by its first pixel; all others
// must be of the same.
static void whole(void) {
	for (unsigned frame = 0; frame < 256; frame++) {
		if (luminance[0] != fake_pixel(0, 0, frame))
			continue;
		for (int y = 0; y < H; y++)
			for (int x = 0; x < W; x++)
				CHECK(luminance[y * W + x] == fake_pixel(x, y, frame));
		return;
	}
	CHECK(false);
}

static void described(void) {
	plain();
	char names[16];
	CHECK(chot_list(names, sizeof names) == 3);
	CHECK(memcmp(names, "0\0001\0macro", 10) == 0);
	CHECK(chot_list(names, 5) == 2); // no more than fit
	int64_t v[4];
	CHECK(chot_read("0", ACAMERA_TYPE_BYTE, v, 4) == 3 && v[2] == 4);
	CHECK(chot_read("0", ACAMERA_TYPE_BYTE, v, 2) == 2);
	CHECK(chot_read("0", ACAMERA_TYPE_INT32, v, 4) == 2 && v[1] == -2);
	CHECK(chot_read("0", ACAMERA_TYPE_INT64, v, 4) == 2 && v[1] == INT64_C(1) << 40);
	CHECK(chot_read("0", ACAMERA_TYPE_FLOAT, v, 4) == 1 && v[0] == 12500000);
	CHECK(chot_read("0", ACAMERA_TYPE_DOUBLE, v, 4) == ACAMERA_ERROR_METADATA_NOT_FOUND);
	CHECK(chot_read("0", 99, v, 4) == ACAMERA_ERROR_METADATA_NOT_FOUND);
	CHECK(chot_read("nobody", ACAMERA_TYPE_BYTE, v, 4) == ACAMERA_ERROR_INVALID_PARAMETER);
	nothing_left();
}

static void frames(int step) {
	plain();
	fake_step = step;
	int camera = begin();
	CHECK(camera > 0);
	uint64_t before = 0;
	for (int i = 0; i < 50; i++) {
		CHECK(chot_take(camera, luminance, LONG, &age, &seq) == CHOT_FRAME);
		CHECK(seq > before && age >= 0);
		before = seq;
		whole();
		if (i % 10 == 0)
			usleep(10000); // a slow reader: the frames in between are skipped
	}
	CHECK(before > 50);
	struct chot_entry torch = {.tag = 1, .type = ACAMERA_TYPE_BYTE, .count = 1, .value = {2}};
	CHECK(chot_set(camera, &torch, 1) == 0 && fake_torch() == 2);
	chot_close(camera);
	chot_close(camera);
	CHECK(chot_take(camera, luminance, LONG, &age, &seq) == ACAMERA_ERROR_SESSION_CLOSED);
	CHECK(chot_set(camera, &torch, 1) == ACAMERA_ERROR_SESSION_CLOSED);
	chot_wake(camera);
	nothing_left();
}

// Nobody has looked for long: what is taken then is the newest, and not what filled
// the buffers long ago.
static void newest(void) {
	plain();
	fake_frames = 40;
	int camera = begin();
	while (fake_delivered() < 40)
		usleep(1000);
	int takes = 0;
	do
		CHECK(chot_take(camera, luminance, LONG, &age, &seq) == CHOT_FRAME && ++takes < 4);
	while (luminance[0] != fake_pixel(0, 0, 40)); // one may still be on its way
	whole();
	CHECK(chot_take(camera, luminance, 1, &age, &seq) == CHOT_NONE);
	chot_close(camera);
	nothing_left();
}

static void damaged(void) {
	plain();
	fake_short = 1;
	int camera = begin();
	CHECK(chot_take(camera, luminance, LONG, &age, &seq) == CHOT_DAMAGED);
	chot_close(camera);
	nothing_left();
}

static void *waker(void *arg) {
	usleep(3000);
	chot_wake(*(int *)arg);
	return NULL;
}

static void woken(void) {
	plain();
	fake_frames = 0;
	int camera = begin();
	pthread_t t;
	pthread_create(&t, NULL, waker, &camera);
	CHECK(chot_take(camera, luminance, LONG, &age, &seq) == CHOT_NONE);
	pthread_join(t, NULL);
	chot_wake(camera); // before anybody waits
	CHECK(chot_take(camera, luminance, LONG, &age, &seq) == CHOT_NONE);
	chot_close(camera);
	nothing_left();
}

static void lost(int error, int status) {
	plain();
	fake_disconnect = 5, fake_error = error;
	int camera = begin();
	CHECK(camera > 0);
	int got;
	while ((got = chot_take(camera, luminance, LONG, &age, &seq)) == CHOT_FRAME)
		whole();
	CHECK(got == status);
	CHECK(chot_take(camera, luminance, LONG, &age, &seq) == status);
	chot_close(camera);
	nothing_left();
}

// Every call fails in turn: nothing is left behind, and nothing is open.
static void refused(void) {
	int opened = 0;
	for (int n = 1; opened == 0; n++) {
		CHECK(n < 100);
		plain();
		fake_fail = n, fake_status = ACAMERA_ERROR_PERMISSION_DENIED;
		int camera = begin();
		CHECK(camera != 0);
		if (camera > 0) {
			opened = n;
			chot_close(camera);
		}
		nothing_left();
	}
	CHECK(opened > 10);
	char names[16];
	int64_t v[4];
	for (int n = 1; n <= 2; n++) {
		plain();
		fake_fail = n, fake_status = ACAMERA_ERROR_CAMERA_SERVICE;
		CHECK(chot_list(names, sizeof names) == ACAMERA_ERROR_CAMERA_SERVICE);
		plain();
		fake_fail = n, fake_status = ACAMERA_ERROR_CAMERA_SERVICE;
		CHECK(chot_read("0", ACAMERA_TYPE_BYTE, v, 4) == ACAMERA_ERROR_CAMERA_SERVICE);
		nothing_left();
	}
}

static void many(void) {
	plain();
	int open[4];
	for (int i = 0; i < 4; i++)
		CHECK((open[i] = begin()) > 0);
	CHECK(begin() == ACAMERA_ERROR_MAX_CAMERA_IN_USE);
	chot_close(open[2]);
	CHECK((open[2] = begin()) > 0);
	for (int i = 0; i < 4; i++) {
		CHECK(chot_take(open[i], luminance, LONG, &age, &seq) == CHOT_FRAME);
		chot_close(open[i]);
	}
	nothing_left();
}

static atomic_bool over;
static atomic_int newer;

static void *pest(void *arg) {
	(void)arg;
	for (int i = 0; !over; i++) {
		chot_wake(newer - i % 8); // one that runs, or one that is long closed
		usleep(100);
	}
	return NULL;
}

// Pause and resume, over and over, at every moment of a camera's life.
static void churn(int rounds) {
	plain();
	over = false;
	pthread_t t;
	pthread_create(&t, NULL, pest, NULL);
	for (int i = 0; i < rounds; i++) {
		int camera = begin();
		CHECK(camera > 0);
		newer = camera;
		for (int take = 0; take < i % 4; take++)
			CHECK(chot_take(camera, luminance, 5, &age, &seq) >= 0);
		usleep((unsigned)(i % 7) * 150);
		chot_close(camera);
	}
	over = true;
	pthread_join(t, NULL);
	nothing_left();
}

int main(int argc, char **argv) {
	alarm(120); // a deadlock
	described();
	frames(1);
	frames(2);
	newest();
	damaged();
	woken();
	lost(0, ACAMERA_ERROR_CAMERA_DISCONNECTED);
	lost(ERROR_CAMERA_IN_USE, ACAMERA_ERROR_CAMERA_IN_USE);
	lost(ERROR_MAX_CAMERAS_IN_USE, ACAMERA_ERROR_MAX_CAMERA_IN_USE);
	lost(ERROR_CAMERA_DISABLED, ACAMERA_ERROR_CAMERA_DISABLED);
	lost(ERROR_CAMERA_DEVICE, ACAMERA_ERROR_CAMERA_DEVICE);
	lost(ERROR_CAMERA_SERVICE, ACAMERA_ERROR_CAMERA_SERVICE);
	lost(99, ACAMERA_ERROR_CAMERA_DEVICE);
	refused();
	many();
	churn(argc > 1 ? atoi(argv[1]) : 200);
	return 0;
}
