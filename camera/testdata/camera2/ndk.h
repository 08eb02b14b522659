// As much of the NDK's Camera2 (API 24) as camera2_android.c uses, for its test on
// a machine without Android. What it does is in fake.c.
#pragma once

#include <stdint.h>

typedef struct ANativeWindow ANativeWindow;
typedef struct ACameraManager ACameraManager;
typedef struct ACameraMetadata ACameraMetadata;
typedef struct ACameraDevice ACameraDevice;
typedef struct ACaptureRequest ACaptureRequest;
typedef struct ACameraOutputTarget ACameraOutputTarget;
typedef struct ACaptureSessionOutput ACaptureSessionOutput;
typedef struct ACaptureSessionOutputContainer ACaptureSessionOutputContainer;
typedef struct ACameraCaptureSession ACameraCaptureSession;
typedef struct AImage AImage;
typedef struct AImageReader AImageReader;

typedef enum {
	ACAMERA_OK = 0,
	ACAMERA_ERROR_INVALID_PARAMETER = -10001,
	ACAMERA_ERROR_CAMERA_DISCONNECTED = -10002,
	ACAMERA_ERROR_METADATA_NOT_FOUND = -10004,
	ACAMERA_ERROR_CAMERA_DEVICE = -10005,
	ACAMERA_ERROR_CAMERA_SERVICE = -10006,
	ACAMERA_ERROR_SESSION_CLOSED = -10007,
	ACAMERA_ERROR_STREAM_CONFIGURE_FAIL = -10009,
	ACAMERA_ERROR_CAMERA_IN_USE = -10010,
	ACAMERA_ERROR_MAX_CAMERA_IN_USE = -10011,
	ACAMERA_ERROR_CAMERA_DISABLED = -10012,
	ACAMERA_ERROR_PERMISSION_DENIED = -10013,
} camera_status_t;

typedef enum { AMEDIA_OK = 0, AMEDIA_ERROR_UNKNOWN = -10000, AMEDIA_IMGREADER_NO_BUFFER_AVAILABLE = -30001, AMEDIA_IMGREADER_MAX_IMAGES_ACQUIRED = -30002 } media_status_t;

enum { ERROR_CAMERA_IN_USE = 1, ERROR_MAX_CAMERAS_IN_USE, ERROR_CAMERA_DISABLED, ERROR_CAMERA_DEVICE, ERROR_CAMERA_SERVICE };
enum { ACAMERA_TYPE_BYTE, ACAMERA_TYPE_INT32, ACAMERA_TYPE_FLOAT, ACAMERA_TYPE_INT64, ACAMERA_TYPE_DOUBLE };
enum { AIMAGE_FORMAT_YUV_420_888 = 0x23 };
typedef enum { TEMPLATE_PREVIEW = 1 } ACameraDevice_request_template;

typedef struct {
	int numCameras;
	const char **cameraIds;
} ACameraIdList;

typedef struct {
	uint32_t tag;
	uint8_t type;
	uint32_t count;
	union {
		const uint8_t *u8;
		const int32_t *i32;
		const float *f;
		const int64_t *i64;
		const double *d;
	} data;
} ACameraMetadata_const_entry;

typedef struct {
	void *context;
	void (*onDisconnected)(void *, ACameraDevice *);
	void (*onError)(void *, ACameraDevice *, int);
} ACameraDevice_StateCallbacks;

typedef struct {
	void *context;
	void (*onClosed)(void *, ACameraCaptureSession *);
	void (*onReady)(void *, ACameraCaptureSession *);
	void (*onActive)(void *, ACameraCaptureSession *);
} ACameraCaptureSession_stateCallbacks;

typedef struct ACameraCaptureSession_captureCallbacks ACameraCaptureSession_captureCallbacks;

typedef struct {
	void *context;
	void (*onImageAvailable)(void *, AImageReader *);
} AImageReader_ImageListener;

ACameraManager *ACameraManager_create(void);
void ACameraManager_delete(ACameraManager *);
camera_status_t ACameraManager_getCameraIdList(ACameraManager *, ACameraIdList **);
void ACameraManager_deleteCameraIdList(ACameraIdList *);
camera_status_t ACameraManager_getCameraCharacteristics(ACameraManager *, const char *, ACameraMetadata **);
camera_status_t ACameraManager_openCamera(ACameraManager *, const char *, ACameraDevice_StateCallbacks *, ACameraDevice **);
camera_status_t ACameraMetadata_getConstEntry(const ACameraMetadata *, uint32_t, ACameraMetadata_const_entry *);
void ACameraMetadata_free(ACameraMetadata *);
camera_status_t ACameraDevice_close(ACameraDevice *);
camera_status_t ACameraDevice_createCaptureRequest(const ACameraDevice *, ACameraDevice_request_template, ACaptureRequest **);
camera_status_t ACameraDevice_createCaptureSession(ACameraDevice *, const ACaptureSessionOutputContainer *, const ACameraCaptureSession_stateCallbacks *, ACameraCaptureSession **);
camera_status_t ACameraOutputTarget_create(ANativeWindow *, ACameraOutputTarget **);
void ACameraOutputTarget_free(ACameraOutputTarget *);
camera_status_t ACaptureRequest_addTarget(ACaptureRequest *, const ACameraOutputTarget *);
camera_status_t ACaptureRequest_setEntry_u8(ACaptureRequest *, uint32_t, uint32_t, const uint8_t *);
camera_status_t ACaptureRequest_setEntry_i32(ACaptureRequest *, uint32_t, uint32_t, const int32_t *);
camera_status_t ACaptureRequest_setEntry_i64(ACaptureRequest *, uint32_t, uint32_t, const int64_t *);
camera_status_t ACaptureRequest_setEntry_float(ACaptureRequest *, uint32_t, uint32_t, const float *);
void ACaptureRequest_free(ACaptureRequest *);
camera_status_t ACaptureSessionOutputContainer_create(ACaptureSessionOutputContainer **);
camera_status_t ACaptureSessionOutputContainer_add(ACaptureSessionOutputContainer *, const ACaptureSessionOutput *);
void ACaptureSessionOutputContainer_free(ACaptureSessionOutputContainer *);
camera_status_t ACaptureSessionOutput_create(ANativeWindow *, ACaptureSessionOutput **);
void ACaptureSessionOutput_free(ACaptureSessionOutput *);
camera_status_t ACameraCaptureSession_setRepeatingRequest(ACameraCaptureSession *, ACameraCaptureSession_captureCallbacks *, int, ACaptureRequest **, int *);
camera_status_t ACameraCaptureSession_stopRepeating(ACameraCaptureSession *);
void ACameraCaptureSession_close(ACameraCaptureSession *);
media_status_t AImageReader_new(int32_t, int32_t, int32_t, int32_t, AImageReader **);
media_status_t AImageReader_setImageListener(AImageReader *, AImageReader_ImageListener *);
media_status_t AImageReader_getWindow(AImageReader *, ANativeWindow **);
media_status_t AImageReader_acquireLatestImage(AImageReader *, AImage **);
void AImageReader_delete(AImageReader *);
void AImage_delete(AImage *);
media_status_t AImage_getWidth(const AImage *, int32_t *);
media_status_t AImage_getHeight(const AImage *, int32_t *);
media_status_t AImage_getPlanePixelStride(const AImage *, int, int32_t *);
media_status_t AImage_getPlaneRowStride(const AImage *, int, int32_t *);
media_status_t AImage_getPlaneData(const AImage *, int, uint8_t **, int *);

// What a test says to the fake, and asks of it.

extern int fake_fail;       // the call of this number, counted from now, fails; 0: none
extern _Atomic(int) fake_calls; // made since it was set to 0
extern int fake_status;     // what it fails with
extern int fake_disconnect; // frames until the camera goes, as fake_error says; -1: never
extern int fake_error;      // 0: onDisconnected; else what onError is told
extern int fake_frames;     // a camera delivers until it is silent; -1: for ever
extern int fake_step;       // pixel stride of the luminance
extern int fake_short;      // bytes that its plane lacks
int fake_living(void);      // objects not freed yet
int fake_torch(void);       // the flash mode of the newest request
int fake_delivered(void);   // frames of the camera that runs
uint8_t fake_pixel(int x, int y, unsigned frame);
void fake_rest(void);       // until all late callbacks have come
