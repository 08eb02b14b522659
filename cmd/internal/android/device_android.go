package android

/*
#include <jni.h>
*/
import "C"

import (
	"context"
	"sync"
)

// The one process has one screen at a time, and one life.
var (
	life Life
	now  struct {
		sync.Mutex
		host  Host
		known chan struct{} // closed when there is a host
	}
)

// TheLife is this process's life, as Android tells it.
func TheLife() *Life { return &life }

// Here returns the Host of the Activity there is, or was last. It waits for
// the first one, or for ctx.
func Here(ctx context.Context) (Host, error) {
	now.Lock()
	if now.known == nil {
		now.known = make(chan struct{})
	}
	known := now.known
	now.Unlock()
	select {
	case <-known:
	case <-ctx.Done():
		return Host{}, ctx.Err()
	}
	now.Lock()
	defer now.Unlock()
	return now.host, nil
}

// Java_vn_chot_Device_attach takes a new Activity.
//
//export Java_vn_chot_Device_attach
func Java_vn_chot_Device_attach(p *C.JNIEnv, class C.jclass, activity C.jobject) {
	h := env{p}.hostOf(activity)
	now.Lock()
	defer now.Unlock()
	first := now.host == Host{}
	now.host = h
	if now.known == nil {
		now.known = make(chan struct{})
	}
	if first {
		close(now.known)
	}
}

// Java_vn_chot_Device_front notes whether the Activity is in front.
//
//export Java_vn_chot_Device_front
func Java_vn_chot_Device_front(p *C.JNIEnv, class C.jclass, yes C.jboolean) {
	if yes != C.JNI_FALSE {
		life.Resumed()
	} else {
		life.Paused()
	}
}
