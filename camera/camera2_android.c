//go:build cgo

#include <stdbool.h> // the camera headers of NDK r20 forget it

#include <camera/NdkCameraCaptureSession.h>
#include <camera/NdkCameraDevice.h>
#include <camera/NdkCameraManager.h>
#include <camera/NdkCameraMetadata.h>
#include <camera/NdkCaptureRequest.h>
#include <errno.h>
#include <media/NdkImage.h>
#include <media/NdkImageReader.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "camera2_android.h"

// Images that exist at once: the newest, one being copied, and two that
// AImageReader_acquireLatestImage wants to choose from.
enum { IMAGES = 4 };

// Cameras open at once. They are never freed: what a callback gets is a camera's
// number, which is no pointer and never given twice, so one that comes late finds
// another number in its place and goes away again.
enum { CAMERAS = 4 };

static struct camera {
	pthread_mutex_t lock; // of what is below it
	pthread_cond_t told;
	int number; // 0: closed
	bool woken;
	int status; // why the camera ended
	AImage *newest;
	int64_t at; // when it came
	uint64_t seq;

	// Of the one goroutine that has the camera.
	int width, height;
	ACameraManager *manager;
	ACameraDevice *device;
	AImageReader *reader;
	ACaptureSessionOutputContainer *outputs;
	ACaptureSessionOutput *output;
	ACameraOutputTarget *target;
	ACaptureRequest *request;
	ACameraCaptureSession *session;
} cameras[CAMERAS];

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t numbers = PTHREAD_MUTEX_INITIALIZER; // of last and of taken
static int last;
static bool taken[CAMERAS];

static void prepare(void) {
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	for (int i = 0; i < CAMERAS; i++) {
		pthread_mutex_init(&cameras[i].lock, NULL);
		pthread_cond_init(&cameras[i].told, &monotonic);
	}
	pthread_condattr_destroy(&monotonic);
}

static int64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

// enter locks the camera of a number, or returns NULL when it was closed.
static struct camera *enter(int number) {
	if (number <= 0)
		return NULL;
	pthread_once(&once, prepare);
	struct camera *c = &cameras[number % CAMERAS];
	pthread_mutex_lock(&c->lock);
	if (c->number == number)
		return c;
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void leave(struct camera *c) { pthread_mutex_unlock(&c->lock); }

static void ended(int number, int status) {
	struct camera *c = enter(number);
	if (c == NULL)
		return;
	if (c->status == ACAMERA_OK)
		c->status = status;
	pthread_cond_signal(&c->told);
	leave(c);
}

static void on_disconnected(void *context, ACameraDevice *device) {
	(void)device;
	ended((int)(intptr_t)context, ACAMERA_ERROR_CAMERA_DISCONNECTED);
}

static void on_error(void *context, ACameraDevice *device, int error) {
	(void)device;
	int status = ACAMERA_ERROR_CAMERA_DEVICE;
	switch (error) {
	case ERROR_CAMERA_IN_USE:
		status = ACAMERA_ERROR_CAMERA_IN_USE;
		break;
	case ERROR_MAX_CAMERAS_IN_USE:
		status = ACAMERA_ERROR_MAX_CAMERA_IN_USE;
		break;
	case ERROR_CAMERA_DISABLED:
		status = ACAMERA_ERROR_CAMERA_DISABLED;
		break;
	case ERROR_CAMERA_SERVICE:
		status = ACAMERA_ERROR_CAMERA_SERVICE;
		break;
	}
	ended((int)(intptr_t)context, status);
}

// on_image keeps the newest image. The lock is held while the reader is used: a
// reader that is being deleted waits for this call, and would wait for ever if this
// call then waited for the reader.
static void on_image(void *context, AImageReader *reader) {
	struct camera *c = enter((int)(intptr_t)context);
	if (c == NULL)
		return;
	AImage *image = NULL;
	if (AImageReader_acquireLatestImage(reader, &image) == AMEDIA_OK && image != NULL) {
		if (c->newest != NULL)
			AImage_delete(c->newest);
		c->newest = image;
		c->at = now();
		c->seq++;
		pthread_cond_signal(&c->told);
	}
	leave(c);
}

static void on_session(void *context, ACameraCaptureSession *session) {
	(void)context;
	(void)session;
}

int chot_list(char *names, int size) {
	ACameraManager *manager = ACameraManager_create();
	ACameraIdList *list = NULL;
	int status = manager == NULL ? ACAMERA_ERROR_CAMERA_SERVICE : (int)ACameraManager_getCameraIdList(manager, &list);
	int count = 0;
	for (int i = 0; status == ACAMERA_OK && list != NULL && i < list->numCameras; i++) {
		int n = (int)strlen(list->cameraIds[i]) + 1;
		if (n > size)
			break;
		memcpy(names, list->cameraIds[i], (size_t)n);
		names += n;
		size -= n;
		count++;
	}
	if (list != NULL)
		ACameraManager_deleteCameraIdList(list);
	if (manager != NULL)
		ACameraManager_delete(manager);
	return status == ACAMERA_OK ? count : status;
}

int chot_read(const char *name, uint32_t tag, int64_t *values, int max) {
	ACameraManager *manager = ACameraManager_create();
	if (manager == NULL)
		return ACAMERA_ERROR_CAMERA_SERVICE;
	ACameraMetadata *about = NULL;
	ACameraMetadata_const_entry e;
	memset(&e, 0, sizeof e);
	int status = ACameraManager_getCameraCharacteristics(manager, name, &about);
	if (status == ACAMERA_OK)
		status = ACameraMetadata_getConstEntry(about, tag, &e);
	int count = (int)e.count < max ? (int)e.count : max;
	for (int i = 0; status == ACAMERA_OK && i < count; i++) {
		switch (e.type) {
		case ACAMERA_TYPE_BYTE:
			values[i] = e.data.u8[i];
			break;
		case ACAMERA_TYPE_INT32:
			values[i] = e.data.i32[i];
			break;
		case ACAMERA_TYPE_INT64:
			values[i] = e.data.i64[i];
			break;
		case ACAMERA_TYPE_FLOAT:
			values[i] = (int64_t)(e.data.f[i] * 1e6f);
			break;
		default:
			status = ACAMERA_ERROR_METADATA_NOT_FOUND;
		}
	}
	if (about != NULL)
		ACameraMetadata_free(about);
	ACameraManager_delete(manager);
	return status == ACAMERA_OK ? count : status;
}

// put writes entries into the request. One that this camera refuses is left out.
static void put(ACaptureRequest *request, const struct chot_entry *entries, int count) {
	for (const struct chot_entry *e = entries; e < entries + count; e++) {
		uint8_t u8[2];
		int32_t i32[2];
		float f[2];
		uint32_t n = e->count < 2 ? (uint32_t)e->count : 2;
		for (uint32_t i = 0; i < n; i++) {
			u8[i] = (uint8_t)e->value[i];
			i32[i] = (int32_t)e->value[i];
			f[i] = (float)e->value[i] / 1e6f;
		}
		switch (e->type) {
		case ACAMERA_TYPE_BYTE:
			ACaptureRequest_setEntry_u8(request, e->tag, n, u8);
			break;
		case ACAMERA_TYPE_INT32:
			ACaptureRequest_setEntry_i32(request, e->tag, n, i32);
			break;
		case ACAMERA_TYPE_INT64:
			ACaptureRequest_setEntry_i64(request, e->tag, n, e->value);
			break;
		case ACAMERA_TYPE_FLOAT:
			ACaptureRequest_setEntry_float(request, e->tag, n, f);
			break;
		}
	}
}

// start makes what stands between a camera and its first frame.
static int start(struct camera *c, int number, const char *name, const struct chot_entry *entries, int count) {
	void *context = (void *)(intptr_t)number;
	ACameraDevice_StateCallbacks device = {.context = context, .onDisconnected = on_disconnected, .onError = on_error};
	ACameraCaptureSession_stateCallbacks session = {.context = context, .onClosed = on_session, .onReady = on_session, .onActive = on_session};
	AImageReader_ImageListener image = {.context = context, .onImageAvailable = on_image};
	ANativeWindow *window = NULL; // the reader's

	if ((c->manager = ACameraManager_create()) == NULL)
		return ACAMERA_ERROR_CAMERA_SERVICE;
	int status = ACameraManager_openCamera(c->manager, name, &device, &c->device);
	if (status != ACAMERA_OK)
		return status;
	if (AImageReader_new(c->width, c->height, AIMAGE_FORMAT_YUV_420_888, IMAGES, &c->reader) != AMEDIA_OK ||
	    AImageReader_setImageListener(c->reader, &image) != AMEDIA_OK || AImageReader_getWindow(c->reader, &window) != AMEDIA_OK)
		return ACAMERA_ERROR_STREAM_CONFIGURE_FAIL;
	if ((status = ACameraDevice_createCaptureRequest(c->device, TEMPLATE_PREVIEW, &c->request)) != ACAMERA_OK ||
	    (status = ACameraOutputTarget_create(window, &c->target)) != ACAMERA_OK ||
	    (status = ACaptureRequest_addTarget(c->request, c->target)) != ACAMERA_OK ||
	    (status = ACaptureSessionOutputContainer_create(&c->outputs)) != ACAMERA_OK ||
	    (status = ACaptureSessionOutput_create(window, &c->output)) != ACAMERA_OK ||
	    (status = ACaptureSessionOutputContainer_add(c->outputs, c->output)) != ACAMERA_OK ||
	    (status = ACameraDevice_createCaptureSession(c->device, c->outputs, &session, &c->session)) != ACAMERA_OK)
		return status;
	put(c->request, entries, count);
	return ACameraCaptureSession_setRepeatingRequest(c->session, NULL, 1, &c->request, NULL);
}

// finish frees, in the order in which one holds the other. The camera has no number
// any more, so callbacks go away at once while this waits for them.
static void finish(struct camera *c) {
	if (c->session != NULL) {
		ACameraCaptureSession_stopRepeating(c->session);
		ACameraCaptureSession_close(c->session);
	}
	if (c->device != NULL)
		ACameraDevice_close(c->device);
	if (c->request != NULL)
		ACaptureRequest_free(c->request);
	if (c->target != NULL)
		ACameraOutputTarget_free(c->target);
	if (c->output != NULL)
		ACaptureSessionOutput_free(c->output);
	if (c->outputs != NULL)
		ACaptureSessionOutputContainer_free(c->outputs);
	if (c->newest != NULL)
		AImage_delete(c->newest);
	if (c->reader != NULL)
		AImageReader_delete(c->reader);
	if (c->manager != NULL)
		ACameraManager_delete(c->manager);
	c->session = NULL, c->device = NULL, c->request = NULL, c->target = NULL, c->output = NULL;
	c->outputs = NULL, c->newest = NULL, c->reader = NULL, c->manager = NULL;
}

int chot_open(const char *name, int width, int height, const struct chot_entry *entries, int count) {
	pthread_once(&once, prepare);
	int number = 0;
	pthread_mutex_lock(&numbers);
	for (int i = 0; i < CAMERAS && number == 0; i++) {
		last = last < INT32_MAX ? last + 1 : 1;
		if (!taken[last % CAMERAS])
			taken[(number = last) % CAMERAS] = true;
	}
	pthread_mutex_unlock(&numbers);
	if (number == 0)
		return ACAMERA_ERROR_MAX_CAMERA_IN_USE;

	struct camera *c = &cameras[number % CAMERAS];
	c->width = width, c->height = height;
	pthread_mutex_lock(&c->lock);
	c->number = number, c->woken = false, c->status = ACAMERA_OK, c->seq = 0;
	pthread_mutex_unlock(&c->lock);
	int status = start(c, number, name, entries, count);
	if (status == ACAMERA_OK)
		return number;
	chot_close(number);
	return status;
}

int chot_set(int number, const struct chot_entry *entries, int count) {
	struct camera *c = enter(number);
	if (c == NULL)
		return ACAMERA_ERROR_SESSION_CLOSED;
	leave(c);
	put(c->request, entries, count);
	return ACameraCaptureSession_setRepeatingRequest(c->session, NULL, 1, &c->request, NULL);
}

// copy takes the luminance out of an image, whatever its lines' length.
static bool copy(const struct camera *c, const AImage *image, uint8_t *to) {
	int32_t width = 0, height = 0, step = 0, row = 0;
	int length = 0;
	uint8_t *from = NULL;
	if (AImage_getWidth(image, &width) != AMEDIA_OK || AImage_getHeight(image, &height) != AMEDIA_OK ||
	    AImage_getPlanePixelStride(image, 0, &step) != AMEDIA_OK || AImage_getPlaneRowStride(image, 0, &row) != AMEDIA_OK ||
	    AImage_getPlaneData(image, 0, &from, &length) != AMEDIA_OK || from == NULL)
		return false;
	if (width < c->width || height < c->height || step < 1 ||
	    (int64_t)row * (c->height - 1) + (int64_t)step * (c->width - 1) + 1 > length || row < step * (c->width - 1) + 1)
		return false;
	for (int y = 0; y < c->height; y++, from += row, to += c->width) {
		if (step == 1)
			memcpy(to, from, (size_t)c->width);
		else
			for (int x = 0; x < c->width; x++)
				to[x] = from[x * step];
	}
	return true;
}

int chot_take(int number, uint8_t *luminance, int milliseconds, int64_t *age, uint64_t *seq) {
	struct camera *c = enter(number);
	if (c == NULL)
		return ACAMERA_ERROR_SESSION_CLOSED;
	int64_t end = now() + milliseconds * INT64_C(1000000);
	struct timespec until = {.tv_sec = (time_t)(end / 1000000000), .tv_nsec = (long)(end % 1000000000)};
	while (c->newest == NULL && c->status == ACAMERA_OK && !c->woken)
		if (pthread_cond_timedwait(&c->told, &c->lock, &until) == ETIMEDOUT)
			break;
	AImage *image = c->newest;
	int result = c->status;
	if (result == ACAMERA_OK)
		result = image != NULL && !c->woken ? CHOT_FRAME : CHOT_NONE;
	if (result == CHOT_FRAME) {
		c->newest = NULL;
		*age = now() - c->at, *seq = c->seq;
	}
	c->woken = false;
	leave(c);
	if (result == CHOT_FRAME) {
		if (!copy(c, image, luminance))
			result = CHOT_DAMAGED;
		AImage_delete(image);
	}
	return result;
}

void chot_wake(int number) {
	struct camera *c = enter(number);
	if (c == NULL)
		return;
	c->woken = true;
	pthread_cond_signal(&c->told);
	leave(c);
}

void chot_close(int number) {
	struct camera *c = enter(number);
	if (c == NULL)
		return;
	c->number = 0;
	leave(c);
	finish(c);
	pthread_mutex_lock(&numbers);
	taken[number % CAMERAS] = false;
	pthread_mutex_unlock(&numbers);
}
