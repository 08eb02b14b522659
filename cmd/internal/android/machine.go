//go:build cgo && jvm && !android

package android

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <jni.h>
#include <stdlib.h>

typedef jint (*create)(JavaVM **, void **, void *);

// start makes the process's virtual machine, which checks every use of JNI.
static JNIEnv *start(const char *library, char *classes) {
	void *lib = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
	create f = lib == NULL ? NULL : (create)dlsym(lib, "JNI_CreateJavaVM");
	if (f == NULL) return NULL;
	JavaVMOption options[] = {{classes}, {"-Xcheck:jni"}, {"-Xrs"}};
	JavaVMInitArgs args = {JNI_VERSION_1_6, 3, options, JNI_FALSE};
	JavaVM *vm;
	JNIEnv *env;
	return f(&vm, (void **)&env, &args) == JNI_OK ? env : NULL;
}
static jobject field(JNIEnv *e, const char *name) {
	jclass c = (*e)->FindClass(e, "vn/chot/Device");
	if (c == NULL) return NULL;
	jfieldID f = (*e)->GetStaticFieldID(e, c, name, "Landroid/app/Activity;");
	return f == NULL ? NULL : (*e)->GetStaticObjectField(e, c, f);
}
*/
import "C"

import (
	"errors"
	"runtime"
	"unsafe"
)

// startMachine starts a desktop's virtual machine and returns the Hosts of the
// two Activities that testdata's Device has. It locks its goroutine to the
// thread that is the machine's first.
func startMachine(library, classes string) (screen, other Host, err error) {
	runtime.LockOSThread()
	l, c := C.CString(library), C.CString("-Djava.class.path="+classes)
	defer C.free(unsafe.Pointer(l))
	p := C.start(l, c)
	if p == nil {
		return screen, other, errors.New("no virtual machine could be made with " + library)
	}
	err = env{p}.framed(func(e env) error {
		for name, h := range map[string]*Host{"screen": &screen, "other": &other} {
			n := C.CString(name)
			*h = e.hostOf(C.field(e.p, n))
			C.free(unsafe.Pointer(n))
		}
		return e.exception()
	})
	return screen, other, err
}
