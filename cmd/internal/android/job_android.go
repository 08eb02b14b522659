package android

/*
#include <jni.h>
#include <stdlib.h>

// A native method finds classes with the loader of the class that it is of.
static jclass deviceClass(JNIEnv *e) {
	jclass c = (*e)->FindClass(e, "vn/chot/Device");
	if (c == NULL) (*e)->ExceptionClear(e);
	return c;
}
*/
import "C"

import "time"

// Java_vn_chot_SyncJob_sync does one round, on a thread of its own. The job is a
// Context, of which a Host is made: there may be no Activity.
//
//export Java_vn_chot_SyncJob_sync
func Java_vn_chot_SyncJob_sync(p *C.JNIEnv, job C.jobject, files C.jbyteArray, metered, batteryLow C.jboolean) C.jlong {
	e := env{p}
	if class := C.deviceClass(p); class != 0 {
		e.know(class)
	}
	next := runJob(e.hostOf(job), string(e.bytes(files)), metered != C.JNI_FALSE, batteryLow != C.JNI_FALSE)
	if next < 0 {
		return -1
	}
	return C.jlong(next / time.Millisecond)
}

// Java_vn_chot_SyncJob_onStopJob ends the round: its network is gone, or its
// time is over. It asks for another.
//
//export Java_vn_chot_SyncJob_onStopJob
func Java_vn_chot_SyncJob_onStopJob(p *C.JNIEnv, job, parameters C.jobject) C.jboolean {
	stopJob()
	return C.JNI_TRUE
}
