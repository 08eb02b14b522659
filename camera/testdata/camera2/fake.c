// A camera service that behaves as badly as Android's may: callbacks come from
// threads of their own, once more after everything was closed, and deleting a reader
// waits for its callback while it holds the reader's lock, as API 24's does. Whatever
// is used after it was freed, or not freed, the sanitizers and fake_living tell.

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ndk.h"

_Atomic(int) fake_calls;
int fake_fail, fake_status, fake_disconnect = -1, fake_error, fake_frames = -1, fake_step = 1, fake_short;

static atomic_int living, lates, flash, delivered;

int fake_living(void) { return living; }
int fake_torch(void) { return flash; }
int fake_delivered(void) { return delivered; }
uint8_t fake_pixel(int x, int y, unsigned frame) { return (uint8_t)(x * 3 + y * 7 + (int)frame * 11); }

static void *make(size_t size) {
	living++;
	return calloc(1, size);
}

static void gone(void *what) {
	living--;
	free(what);
}

static bool fails(void) { return ++fake_calls == fake_fail; }

#define MAY_FAIL(status) \
	do { \
		if (fails()) \
			return (status); \
	} while (0)

// Readers.

enum { MOST = 8 };

struct AImage {
	AImageReader *reader;
	unsigned frame;
	int width, height, row, length;
	uint8_t *bytes;
};

struct AImageReader {
	pthread_mutex_t calls; // held by every call of the program, also the one that deletes
	pthread_mutex_t lock;  // of all below
	pthread_cond_t filled;
	pthread_t caller;
	bool closing, pending;
	AImageReader_ImageListener listener;
	int width, height, most, acquired, waiting;
	AImage *queue[MOST];
};

static void *call(void *arg) {
	AImageReader *r = arg;
	pthread_mutex_lock(&r->lock);
	while (!r->closing) {
		if (!r->pending || r->listener.onImageAvailable == NULL) {
			pthread_cond_wait(&r->filled, &r->lock);
			continue;
		}
		r->pending = false;
		AImageReader_ImageListener l = r->listener;
		pthread_mutex_unlock(&r->lock);
		l.onImageAvailable(l.context, r);
		pthread_mutex_lock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

media_status_t AImageReader_new(int32_t width, int32_t height, int32_t format, int32_t most, AImageReader **reader) {
	if (fails() || format != AIMAGE_FORMAT_YUV_420_888 || most > MOST)
		return AMEDIA_ERROR_UNKNOWN;
	AImageReader *r = *reader = make(sizeof *r);
	pthread_mutex_init(&r->calls, NULL);
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->filled, NULL);
	r->width = width, r->height = height, r->most = most;
	pthread_create(&r->caller, NULL, call, r);
	return AMEDIA_OK;
}

media_status_t AImageReader_setImageListener(AImageReader *r, AImageReader_ImageListener *l) {
	MAY_FAIL(AMEDIA_ERROR_UNKNOWN);
	pthread_mutex_lock(&r->lock);
	r->listener = *l;
	pthread_cond_signal(&r->filled);
	pthread_mutex_unlock(&r->lock);
	return AMEDIA_OK;
}

media_status_t AImageReader_getWindow(AImageReader *r, ANativeWindow **window) {
	MAY_FAIL(AMEDIA_ERROR_UNKNOWN);
	*window = (ANativeWindow *)r;
	return AMEDIA_OK;
}

static void drop(AImage *image) {
	gone(image->bytes);
	gone(image);
}

// fill queues a frame. It cannot while all buffers are with the program: a camera
// waits then, and what it sees meanwhile is lost.
static bool fill(AImageReader *r, unsigned frame) {
	pthread_mutex_lock(&r->lock);
	bool room = !r->closing && r->acquired + r->waiting < r->most;
	if (room) {
		AImage *image = make(sizeof *image);
		image->reader = r, image->frame = frame, image->width = r->width, image->height = r->height;
		image->row = r->width * fake_step + 48;
		// The last line ends with its last pixel, and not one byte later.
		image->length = image->row * (r->height - 1) + (r->width - 1) * fake_step + 1 - fake_short;
		image->bytes = make((size_t)image->length);
		for (int y = 0; y < r->height; y++)
			for (int x = 0, at = y * image->row; x < r->width; x++, at += fake_step)
				if (at < image->length)
					image->bytes[at] = fake_pixel(x, y, frame);
		r->queue[r->waiting++] = image;
		r->pending = true;
		pthread_cond_signal(&r->filled);
	}
	pthread_mutex_unlock(&r->lock);
	return room;
}

media_status_t AImageReader_acquireLatestImage(AImageReader *r, AImage **image) {
	media_status_t status = AMEDIA_IMGREADER_NO_BUFFER_AVAILABLE;
	pthread_mutex_lock(&r->calls);
	pthread_mutex_lock(&r->lock);
	if (r->waiting > 0 && r->acquired + 2 <= r->most) {
		for (int i = 0; i < r->waiting - 1; i++)
			drop(r->queue[i]);
		*image = r->queue[r->waiting - 1];
		r->waiting = 0;
		r->acquired++;
		status = AMEDIA_OK;
	}
	pthread_mutex_unlock(&r->lock);
	pthread_mutex_unlock(&r->calls);
	return status;
}

void AImage_delete(AImage *image) {
	AImageReader *r = image->reader;
	pthread_mutex_lock(&r->calls);
	pthread_mutex_lock(&r->lock);
	r->acquired--;
	drop(image);
	pthread_mutex_unlock(&r->lock);
	pthread_mutex_unlock(&r->calls);
}

// What a callback that comes too late was given.
struct late {
	AImageReader_ImageListener image;
	AImageReader *reader;
	ACameraDevice_StateCallbacks device;
	ACameraDevice *of;
};

static void *belated(void *arg) {
	struct late *l = arg;
	usleep(2000);
	if (l->image.onImageAvailable != NULL)
		l->image.onImageAvailable(l->image.context, l->reader);
	if (l->device.onError != NULL) {
		l->device.onError(l->device.context, l->of, ERROR_CAMERA_DEVICE);
		l->device.onDisconnected(l->device.context, l->of);
	}
	free(l);
	lates--;
	return NULL;
}

static void later(struct late l) {
	struct late *copy = malloc(sizeof l);
	*copy = l;
	lates++;
	pthread_t t;
	pthread_create(&t, NULL, belated, copy);
	pthread_detach(t);
}

void fake_rest(void) {
	while (lates > 0)
		usleep(500);
}

void AImageReader_delete(AImageReader *r) {
	pthread_mutex_lock(&r->calls); // as API 24 does: a callback that calls back waits for ever
	pthread_mutex_lock(&r->lock);
	r->closing = true;
	pthread_cond_signal(&r->filled);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->caller, NULL);
	pthread_mutex_unlock(&r->calls);
	for (int i = 0; i < r->waiting; i++)
		drop(r->queue[i]);
	if (r->acquired != 0)
		abort(); // images outlive their reader
	later((struct late){.image = r->listener, .reader = r});
	pthread_cond_destroy(&r->filled);
	pthread_mutex_destroy(&r->lock);
	pthread_mutex_destroy(&r->calls);
	gone(r);
}

#define GETTER(name, type, field) \
	media_status_t name(const AImage *image, type *out) { \
		*out = image->field; \
		return AMEDIA_OK; \
	}
GETTER(AImage_getWidth, int32_t, width)
GETTER(AImage_getHeight, int32_t, height)

media_status_t AImage_getPlanePixelStride(const AImage *image, int plane, int32_t *out) {
	(void)image;
	*out = fake_step;
	return plane == 0 ? AMEDIA_OK : AMEDIA_ERROR_UNKNOWN;
}

media_status_t AImage_getPlaneRowStride(const AImage *image, int plane, int32_t *out) {
	*out = image->row;
	return plane == 0 ? AMEDIA_OK : AMEDIA_ERROR_UNKNOWN;
}

media_status_t AImage_getPlaneData(const AImage *image, int plane, uint8_t **bytes, int *length) {
	*bytes = image->bytes, *length = image->length;
	return plane == 0 ? AMEDIA_OK : AMEDIA_ERROR_UNKNOWN;
}

// Cameras.

struct ACameraManager {
	int unused;
};

struct ACameraMetadata {
	int unused;
};

struct ACameraDevice {
	ACameraDevice_StateCallbacks callbacks;
	pthread_t thread;
	atomic_bool closing;
	_Atomic(AImageReader *) reader; // it delivers to, while a session runs
	pthread_mutex_t lock;           // held while it delivers
	bool goes;
};

struct ACameraCaptureSession {
	ACameraDevice *device;
	AImageReader *reader;
};

// The rest only holds on to what it was made of.
struct ACaptureRequest {
	int flash;
};
struct ACameraOutputTarget {
	AImageReader *reader;
};
struct ACaptureSessionOutput {
	AImageReader *reader;
};
struct ACaptureSessionOutputContainer {
	AImageReader *reader;
};

ACameraManager *ACameraManager_create(void) {
	MAY_FAIL(NULL);
	return make(sizeof(ACameraManager));
}

void ACameraManager_delete(ACameraManager *m) { gone(m); }

camera_status_t ACameraManager_getCameraIdList(ACameraManager *m, ACameraIdList **list) {
	(void)m;
	MAY_FAIL(fake_status);
	static const char *ids[] = {"0", "1", "macro"};
	ACameraIdList *l = *list = make(sizeof *l);
	l->numCameras = 3, l->cameraIds = ids;
	return ACAMERA_OK;
}

void ACameraManager_deleteCameraIdList(ACameraIdList *l) { gone(l); }

camera_status_t ACameraManager_getCameraCharacteristics(ACameraManager *m, const char *id, ACameraMetadata **about) {
	(void)m;
	MAY_FAIL(fake_status);
	if (strcmp(id, "nobody") == 0)
		return ACAMERA_ERROR_INVALID_PARAMETER;
	*about = make(sizeof **about);
	return ACAMERA_OK;
}

camera_status_t ACameraMetadata_getConstEntry(const ACameraMetadata *about, uint32_t tag, ACameraMetadata_const_entry *e) {
	(void)about;
	static const uint8_t u8[] = {1, 3, 4};
	static const int32_t i32[] = {90, -2};
	static const int64_t i64[] = {1, INT64_C(1) << 40};
	static const float f[] = {12.5f};
	static const double d[] = {1};
	e->tag = tag, e->type = (uint8_t)tag;
	switch (tag) {
	case ACAMERA_TYPE_BYTE:
		e->count = 3, e->data.u8 = u8;
		break;
	case ACAMERA_TYPE_INT32:
		e->count = 2, e->data.i32 = i32;
		break;
	case ACAMERA_TYPE_INT64:
		e->count = 2, e->data.i64 = i64;
		break;
	case ACAMERA_TYPE_FLOAT:
		e->count = 1, e->data.f = f;
		break;
	case ACAMERA_TYPE_DOUBLE:
		e->count = 1, e->data.d = d;
		break;
	default:
		return ACAMERA_ERROR_METADATA_NOT_FOUND;
	}
	return ACAMERA_OK;
}

void ACameraMetadata_free(ACameraMetadata *about) { gone(about); }

static void *shoot(void *arg) {
	ACameraDevice *d = arg;
	for (unsigned frame = 0; !d->closing; usleep(300), delivered = (int)frame) {
		pthread_mutex_lock(&d->lock);
		if (d->reader != NULL && (fake_frames < 0 || (int)frame < fake_frames))
			frame += fill(d->reader, frame + 1);
		pthread_mutex_unlock(&d->lock);
		if (d->goes && (int)frame >= fake_disconnect) {
			d->goes = false;
			if (fake_error == 0)
				d->callbacks.onDisconnected(d->callbacks.context, d);
			else
				d->callbacks.onError(d->callbacks.context, d, fake_error);
		}
	}
	return NULL;
}

camera_status_t ACameraManager_openCamera(ACameraManager *m, const char *id, ACameraDevice_StateCallbacks *callbacks, ACameraDevice **device) {
	(void)m;
	(void)id;
	MAY_FAIL(fake_status);
	ACameraDevice *d = *device = make(sizeof *d);
	d->callbacks = *callbacks;
	d->goes = fake_disconnect >= 0;
	delivered = 0;
	pthread_mutex_init(&d->lock, NULL);
	pthread_create(&d->thread, NULL, shoot, d);
	return ACAMERA_OK;
}

camera_status_t ACameraDevice_close(ACameraDevice *d) {
	d->closing = true;
	pthread_join(d->thread, NULL);
	later((struct late){.device = d->callbacks, .of = d});
	pthread_mutex_destroy(&d->lock);
	gone(d);
	return ACAMERA_OK;
}

camera_status_t ACameraDevice_createCaptureRequest(const ACameraDevice *d, ACameraDevice_request_template template, ACaptureRequest **request) {
	(void)d;
	(void)template;
	MAY_FAIL(fake_status);
	*request = make(sizeof **request);
	return ACAMERA_OK;
}

camera_status_t ACameraDevice_createCaptureSession(ACameraDevice *d, const ACaptureSessionOutputContainer *outputs, const ACameraCaptureSession_stateCallbacks *callbacks, ACameraCaptureSession **session) {
	MAY_FAIL(fake_status);
	ACameraCaptureSession *s = *session = make(sizeof *s);
	s->device = d, s->reader = outputs->reader;
	callbacks->onReady(callbacks->context, s);
	return ACAMERA_OK;
}

camera_status_t ACameraOutputTarget_create(ANativeWindow *window, ACameraOutputTarget **target) {
	MAY_FAIL(fake_status);
	*target = make(sizeof **target);
	(*target)->reader = (AImageReader *)window;
	return ACAMERA_OK;
}

void ACameraOutputTarget_free(ACameraOutputTarget *t) { gone(t); }

camera_status_t ACaptureRequest_addTarget(ACaptureRequest *request, const ACameraOutputTarget *target) {
	(void)request;
	(void)target;
	MAY_FAIL(fake_status);
	return ACAMERA_OK;
}

camera_status_t ACaptureRequest_setEntry_u8(ACaptureRequest *r, uint32_t tag, uint32_t count, const uint8_t *values) {
	(void)tag;
	if (count == 1)
		r->flash = values[0];
	return ACAMERA_OK;
}

camera_status_t ACaptureRequest_setEntry_i32(ACaptureRequest *r, uint32_t tag, uint32_t count, const int32_t *values) {
	(void)r, (void)tag;
	return count == 2 && values[0] == 15 && values[1] == 30 ? ACAMERA_OK : ACAMERA_ERROR_INVALID_PARAMETER;
}

camera_status_t ACaptureRequest_setEntry_i64(ACaptureRequest *r, uint32_t tag, uint32_t count, const int64_t *values) {
	(void)r, (void)tag, (void)count, (void)values;
	return ACAMERA_ERROR_INVALID_PARAMETER; // a camera that refuses it
}

camera_status_t ACaptureRequest_setEntry_float(ACaptureRequest *r, uint32_t tag, uint32_t count, const float *values) {
	(void)r, (void)tag;
	return count == 1 && values[0] == 2.5f ? ACAMERA_OK : ACAMERA_ERROR_INVALID_PARAMETER;
}

void ACaptureRequest_free(ACaptureRequest *r) { gone(r); }

camera_status_t ACaptureSessionOutputContainer_create(ACaptureSessionOutputContainer **outputs) {
	MAY_FAIL(fake_status);
	*outputs = make(sizeof **outputs);
	return ACAMERA_OK;
}

camera_status_t ACaptureSessionOutputContainer_add(ACaptureSessionOutputContainer *outputs, const ACaptureSessionOutput *output) {
	MAY_FAIL(fake_status);
	outputs->reader = output->reader;
	return ACAMERA_OK;
}

void ACaptureSessionOutputContainer_free(ACaptureSessionOutputContainer *outputs) { gone(outputs); }

camera_status_t ACaptureSessionOutput_create(ANativeWindow *window, ACaptureSessionOutput **output) {
	MAY_FAIL(fake_status);
	*output = make(sizeof **output);
	(*output)->reader = (AImageReader *)window;
	return ACAMERA_OK;
}

void ACaptureSessionOutput_free(ACaptureSessionOutput *output) { gone(output); }

camera_status_t ACameraCaptureSession_setRepeatingRequest(ACameraCaptureSession *s, ACameraCaptureSession_captureCallbacks *callbacks, int count, ACaptureRequest **requests, int *sequence) {
	(void)callbacks, (void)count, (void)sequence;
	MAY_FAIL(fake_status);
	flash = requests[0]->flash;
	s->device->reader = s->reader;
	return ACAMERA_OK;
}

camera_status_t ACameraCaptureSession_stopRepeating(ACameraCaptureSession *s) {
	pthread_mutex_lock(&s->device->lock);
	s->device->reader = NULL;
	pthread_mutex_unlock(&s->device->lock);
	return ACAMERA_OK;
}

void ACameraCaptureSession_close(ACameraCaptureSession *s) {
	ACameraCaptureSession_stopRepeating(s);
	gone(s);
}
