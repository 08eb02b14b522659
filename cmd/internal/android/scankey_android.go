package android

/*
#include <jni.h>
#include <stdlib.h>
#include <sys/system_properties.h>

static jsize messageLength(JNIEnv *e, jbyteArray a) { return (*e)->GetArrayLength(e, a); }
static jbyteArray wantedBytes(JNIEnv *e, const jbyte *b, jsize n) {
	jbyteArray a = (*e)->NewByteArray(e, n);
	if (a != NULL) (*e)->SetByteArrayRegion(e, a, 0, n, b);
	return a;
}
*/
import "C"

import (
	"sync"
	"unsafe"

	"chot/camera/intent"
)

// TheAir is where this device's scan keys are heard.
var TheAir = sync.OnceValue(func() *Air {
	// Build.MANUFACTURER is this property, and there before any Java is.
	var value [C.PROP_VALUE_MAX]C.char
	name := C.CString("ro.product.manufacturer")
	defer C.free(unsafe.Pointer(name))
	n := C.__system_property_get(name, &value[0])
	return NewAir(C.GoStringN(&value[0], n))
})

// Java_vn_chot_ScanReceiver_wanted says what to listen for.
//
//export Java_vn_chot_ScanReceiver_wanted
func Java_vn_chot_ScanReceiver_wanted(p *C.JNIEnv, class C.jclass) C.jbyteArray {
	wanted := []byte(intent.Wanted())
	return C.wantedBytes(p, (*C.jbyte)(unsafe.Pointer(&wanted[0])), C.jsize(len(wanted)))
}

// Java_vn_chot_ScanReceiver_received takes a broadcast on the main thread. Java
// bounds it; it is bounded here too, before it is copied.
//
//export Java_vn_chot_ScanReceiver_received
func Java_vn_chot_ScanReceiver_received(p *C.JNIEnv, class C.jclass, message C.jbyteArray) {
	if C.messageLength(p, message) > intent.MaxMessage {
		return
	}
	b := env{p}.bytes(message)
	TheAir().Broadcast(b)
	clear(b)
}
