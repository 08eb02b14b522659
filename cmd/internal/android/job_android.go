package android

/*
#include <jni.h>
*/
import "C"

import "time"

// Java_vn_chot_SyncJob_sync does one round, on a thread of its own. The job is a
// Context, of which a Host is made: there may be no Activity.
//
//export Java_vn_chot_SyncJob_sync
func Java_vn_chot_SyncJob_sync(p *C.JNIEnv, job C.jobject, files C.jbyteArray, metered, batteryLow C.jboolean) C.jlong {
	e := env{p}
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
