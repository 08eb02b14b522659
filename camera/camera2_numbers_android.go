//go:build cgo

package camera

// #include <stdbool.h>
// #include <camera/NdkCameraMetadataTags.h>
// #include <camera/NdkCameraMetadata.h>
// #include <camera/NdkCameraError.h>
// #include <media/NdkImage.h>
import "C"

// The numbers of camera2.go are the NDK's: any other does not compile.
var same [1]struct{}

var _ = []struct{}{
	same[tagAntibanding-C.ACAMERA_CONTROL_AE_ANTIBANDING_MODE],
	same[tagCompensation-C.ACAMERA_CONTROL_AE_EXPOSURE_COMPENSATION],
	same[tagExposureMode-C.ACAMERA_CONTROL_AE_MODE],
	same[tagRates-C.ACAMERA_CONTROL_AE_TARGET_FPS_RANGE],
	same[tagFocusMode-C.ACAMERA_CONTROL_AF_MODE],
	same[tagAntibandings-C.ACAMERA_CONTROL_AE_AVAILABLE_ANTIBANDING_MODES],
	same[tagExposureModes-C.ACAMERA_CONTROL_AE_AVAILABLE_MODES],
	same[tagRateRanges-C.ACAMERA_CONTROL_AE_AVAILABLE_TARGET_FPS_RANGES],
	same[tagCompensations-C.ACAMERA_CONTROL_AE_COMPENSATION_RANGE],
	same[tagFocusModes-C.ACAMERA_CONTROL_AF_AVAILABLE_MODES],
	same[tagFlash-C.ACAMERA_FLASH_MODE],
	same[tagHasFlash-C.ACAMERA_FLASH_INFO_AVAILABLE],
	same[tagFocus-C.ACAMERA_LENS_FOCUS_DISTANCE],
	same[tagFacing-C.ACAMERA_LENS_FACING],
	same[tagNearest-C.ACAMERA_LENS_INFO_MINIMUM_FOCUS_DISTANCE],
	same[tagCapabilities-C.ACAMERA_REQUEST_AVAILABLE_CAPABILITIES],
	same[tagSizes-C.ACAMERA_SCALER_AVAILABLE_STREAM_CONFIGURATIONS],
	same[tagIntervals-C.ACAMERA_SCALER_AVAILABLE_MIN_FRAME_DURATIONS],
	same[tagExposure-C.ACAMERA_SENSOR_EXPOSURE_TIME],
	same[tagSensitivity-C.ACAMERA_SENSOR_SENSITIVITY],
	same[tagOrientation-C.ACAMERA_SENSOR_ORIENTATION],
	same[tagSensitivities-C.ACAMERA_SENSOR_INFO_SENSITIVITY_RANGE],
	same[tagExposures-C.ACAMERA_SENSOR_INFO_EXPOSURE_TIME_RANGE],

	same[facingFront-C.ACAMERA_LENS_FACING_FRONT],
	same[facingBack-C.ACAMERA_LENS_FACING_BACK],
	same[antibandingOff-C.ACAMERA_CONTROL_AE_ANTIBANDING_MODE_OFF],
	same[antibanding50-C.ACAMERA_CONTROL_AE_ANTIBANDING_MODE_50HZ],
	same[antibanding60-C.ACAMERA_CONTROL_AE_ANTIBANDING_MODE_60HZ],
	same[antibandingAuto-C.ACAMERA_CONTROL_AE_ANTIBANDING_MODE_AUTO],
	same[focusFixed-C.ACAMERA_CONTROL_AF_MODE_OFF],
	same[focusVideo-C.ACAMERA_CONTROL_AF_MODE_CONTINUOUS_VIDEO],
	same[focusPicture-C.ACAMERA_CONTROL_AF_MODE_CONTINUOUS_PICTURE],
	same[exposureByHand-C.ACAMERA_CONTROL_AE_MODE_OFF],
	same[exposureByItself-C.ACAMERA_CONTROL_AE_MODE_ON],
	same[flashOff-C.ACAMERA_FLASH_MODE_OFF],
	same[flashTorch-C.ACAMERA_FLASH_MODE_TORCH],
	same[manualSensor-C.ACAMERA_REQUEST_AVAILABLE_CAPABILITIES_MANUAL_SENSOR],
	same[yuv420-C.AIMAGE_FORMAT_YUV_420_888],
	same[typeByte-C.ACAMERA_TYPE_BYTE],
	same[typeInt32-C.ACAMERA_TYPE_INT32],
	same[typeFloat-C.ACAMERA_TYPE_FLOAT],
	same[typeInt64-C.ACAMERA_TYPE_INT64],

	same[statusDisconnected-C.ACAMERA_ERROR_CAMERA_DISCONNECTED],
	same[statusDevice-C.ACAMERA_ERROR_CAMERA_DEVICE],
	same[statusService-C.ACAMERA_ERROR_CAMERA_SERVICE],
	same[statusSessionClosed-C.ACAMERA_ERROR_SESSION_CLOSED],
	same[statusConfigure-C.ACAMERA_ERROR_STREAM_CONFIGURE_FAIL],
	same[statusInUse-C.ACAMERA_ERROR_CAMERA_IN_USE],
	same[statusTooMany-C.ACAMERA_ERROR_MAX_CAMERA_IN_USE],
	same[statusDisabled-C.ACAMERA_ERROR_CAMERA_DISABLED],
	same[statusPermission-C.ACAMERA_ERROR_PERMISSION_DENIED],
}
