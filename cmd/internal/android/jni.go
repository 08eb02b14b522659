//go:build cgo && (android || jvm)

package android

/*
#include <jni.h>
#include <stdint.h>
#include <stdlib.h>

// JNI's functions are reached through a table that Go cannot call into.

static jint attach(uintptr_t machine, JNIEnv **env, int *attached) {
	JavaVM *vm = (JavaVM *)machine;
	jint r = (*vm)->GetEnv(vm, (void **)env, JNI_VERSION_1_6);
	*attached = 0;
	if (r == JNI_EDETACHED) {
#ifdef __ANDROID__
		r = (*vm)->AttachCurrentThread(vm, env, NULL);
#else
		r = (*vm)->AttachCurrentThread(vm, (void **)env, NULL);
#endif
		*attached = r == JNI_OK;
	}
	return r;
}
static void detach(uintptr_t machine) {
	JavaVM *vm = (JavaVM *)machine;
	(*vm)->DetachCurrentThread(vm);
}
static jint pushFrame(JNIEnv *e, jint n) { return (*e)->PushLocalFrame(e, n); }
static void popFrame(JNIEnv *e) { (*e)->PopLocalFrame(e, NULL); }
static jobject local(JNIEnv *e, jweak w) { return (*e)->NewLocalRef(e, w); }
static uintptr_t machine(JNIEnv *e) {
	JavaVM *vm = NULL;
	return (*e)->GetJavaVM(e, &vm) == JNI_OK ? (uintptr_t)vm : 0;
}
static jclass find(JNIEnv *e, const char *name) { return (*e)->FindClass(e, name); }
static jweak weak(JNIEnv *e, jobject o) { return (*e)->NewWeakGlobalRef(e, o); }
static jobject global(JNIEnv *e, jobject o) { return (*e)->NewGlobalRef(e, o); }

static jthrowable thrown(JNIEnv *e) {
	jthrowable t = (*e)->ExceptionOccurred(e);
	if (t != NULL) (*e)->ExceptionClear(e);
	return t;
}
static jstring describe(JNIEnv *e, jthrowable t) {
	jclass c = (*e)->GetObjectClass(e, t);
	jmethodID m = (*e)->GetMethodID(e, c, "toString", "()Ljava/lang/String;");
	return m == NULL ? NULL : (*e)->CallObjectMethod(e, t, m);
}

static jmethodID method(JNIEnv *e, jclass c, const char *name, const char *sig) {
	return (*e)->GetStaticMethodID(e, c, name, sig);
}
static void callVoid(JNIEnv *e, jclass c, jmethodID m, jvalue *a) { (*e)->CallStaticVoidMethodA(e, c, m, a); }
static jboolean callBoolean(JNIEnv *e, jclass c, jmethodID m, jvalue *a) { return (*e)->CallStaticBooleanMethodA(e, c, m, a); }
static jint callInt(JNIEnv *e, jclass c, jmethodID m, jvalue *a) { return (*e)->CallStaticIntMethodA(e, c, m, a); }
static jobject callObject(JNIEnv *e, jclass c, jmethodID m, jvalue *a) { return (*e)->CallStaticObjectMethodA(e, c, m, a); }

static jstring newString(JNIEnv *e, const jchar *s, jsize n) { return (*e)->NewString(e, s, n); }
static jsize stringLength(JNIEnv *e, jstring s) { return (*e)->GetStringLength(e, s); }
static void stringRegion(JNIEnv *e, jstring s, jsize n, jchar *to) { (*e)->GetStringRegion(e, s, 0, n, to); }
static jsize arrayLength(JNIEnv *e, jarray a) { return (*e)->GetArrayLength(e, a); }
static void byteRegion(JNIEnv *e, jbyteArray a, jsize n, jbyte *to) { (*e)->GetByteArrayRegion(e, a, 0, n, to); }
static jbyteArray newBytes(JNIEnv *e, const jbyte *b, jsize n) {
	jbyteArray a = (*e)->NewByteArray(e, n);
	if (a != NULL) (*e)->SetByteArrayRegion(e, a, 0, n, b);
	return a;
}
static jlongArray newLongs(JNIEnv *e, const jlong *b, jsize n) {
	jlongArray a = (*e)->NewLongArray(e, n);
	if (a != NULL) (*e)->SetLongArrayRegion(e, a, 0, n, b);
	return a;
}
static jintArray newInts(JNIEnv *e, const jint *b, jsize n) {
	jintArray a = (*e)->NewIntArray(e, n);
	if (a != NULL) (*e)->SetIntArrayRegion(e, a, 0, n, b);
	return a;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode/utf16"
	"unsafe"
)

// device is the Java class vn.chot.Device, as a global reference that is never
// freed.
var device atomic.Uintptr

// An env is JNI's environment of one thread, for the length of one call.
type env struct{ p *C.JNIEnv }

// do runs f with its thread attached and a frame for local references.
func (h Host) do(f func(env) error) error {
	if h.VM == 0 {
		return ErrGone
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	vm := C.uintptr_t(h.VM)
	var e env
	var attached C.int
	if r := C.attach(vm, &e.p, &attached); r != C.JNI_OK {
		return fmt.Errorf("attach a thread to Java: code %d", int(r))
	}
	if attached != 0 {
		defer C.detach(vm)
	}
	return e.framed(f)
}

// framed runs f with a frame for local references.
func (e env) framed(f func(env) error) error {
	const room = 16 // references, at least
	if C.pushFrame(e.p, room) != C.JNI_OK {
		return errors.Join(errors.New("make room for Java references"), e.exception())
	}
	defer C.popFrame(e.p)
	return f(e)
}

// call calls a static method of vn.chot.Device, whose first parameter is the
// Host's Activity, as sig describes it. It hands over further arguments (bool,
// int, string, []byte, []int64, []int32) and returns what sig says: nil, bool,
// int, string or []byte.
func (h Host) call(name, sig string, args ...any) (result any, err error) {
	err = h.do(func(e env) error {
		class := C.jclass(device.Load())
		if class == 0 || h.Activity == 0 {
			return ErrGone
		}
		activity := C.local(e.p, C.jweak(h.Activity))
		if activity == 0 {
			return ErrGone
		}
		values := []C.jvalue{object(activity)}
		for _, a := range args {
			v, err := e.value(a)
			if err != nil {
				return err
			}
			values = append(values, v)
		}
		result, err = e.invoke(class, name, sig, values)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("android: %s: %w", name, err)
	}
	return result, nil
}

// tell calls a method that returns nothing.
func (h Host) tell(name, sig string, args ...any) error {
	_, err := h.call(name, sig, args...)
	return err
}

func (e env) invoke(class C.jclass, name, sig string, values []C.jvalue) (any, error) {
	n, s := C.CString(name), C.CString(sig)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(s))
	m := C.method(e.p, class, n, s)
	if err := e.exception(); err != nil {
		return nil, err
	}
	args := unsafe.SliceData(values)
	var result any
	var o C.jobject
	returns := sig[strings.IndexByte(sig, ')')+1:]
	switch returns {
	case "V":
		C.callVoid(e.p, class, m, args)
	case "Z":
		result = C.callBoolean(e.p, class, m, args) != 0
	case "I":
		result = int(C.callInt(e.p, class, m, args))
	default:
		o = C.callObject(e.p, class, m, args)
	}
	if err := e.exception(); err != nil {
		return nil, err
	}
	switch returns {
	case "Ljava/lang/String;":
		result = e.string(C.jstring(o))
	case "[B":
		result = e.bytes(C.jbyteArray(o))
	}
	return result, e.exception()
}

// exception takes a pending exception away and returns it as an error.
func (e env) exception() error {
	t := C.thrown(e.p)
	if t == 0 {
		return nil
	}
	described := C.describe(e.p, t)
	if C.thrown(e.p) != 0 || described == 0 {
		return errors.New("an exception that cannot be described")
	}
	return errors.New(e.string(described))
}

func object(o C.jobject) (v C.jvalue) {
	*(*C.jobject)(unsafe.Pointer(&v)) = o
	return v
}

// value is an argument as JNI hands it over.
func (e env) value(a any) (v C.jvalue, err error) {
	switch a := a.(type) {
	case bool:
		if a {
			*(*C.jboolean)(unsafe.Pointer(&v)) = C.JNI_TRUE
		}
	case int:
		*(*C.jint)(unsafe.Pointer(&v)) = C.jint(a)
	case string:
		u := utf16.Encode([]rune(a))
		v = object(C.jobject(C.newString(e.p, (*C.jchar)(unsafe.SliceData(append(u, 0))), C.jsize(len(u)))))
	case []byte:
		v = object(C.jobject(C.newBytes(e.p, (*C.jbyte)(unsafe.Pointer(unsafe.SliceData(a))), C.jsize(len(a)))))
	case []int64:
		v = object(C.jobject(C.newLongs(e.p, (*C.jlong)(unsafe.SliceData(a)), C.jsize(len(a)))))
	case []int32:
		v = object(C.jobject(C.newInts(e.p, (*C.jint)(unsafe.SliceData(a)), C.jsize(len(a)))))
	default:
		return v, fmt.Errorf("a %T cannot be handed to Java", a)
	}
	return v, e.exception()
}

// string copies a Java string; null is "".
func (e env) string(s C.jstring) string {
	if s == 0 {
		return ""
	}
	n := C.stringLength(e.p, s)
	if n == 0 {
		return ""
	}
	u := make([]uint16, n)
	C.stringRegion(e.p, s, n, (*C.jchar)(unsafe.SliceData(u)))
	return string(utf16.Decode(u))
}

// bytes copies a Java array; null is nil.
func (e env) bytes(a C.jbyteArray) []byte {
	if a == 0 {
		return nil
	}
	n := C.arrayLength(e.p, C.jarray(a))
	b := make([]byte, n)
	if n > 0 {
		C.byteRegion(e.p, a, n, (*C.jbyte)(unsafe.Pointer(unsafe.SliceData(b))))
	}
	return b
}

// hostOf makes a Host of a Context that Java has handed over. Only a thread of
// Java's, inside a native of the app's own, finds the app's classes by name:
// one that Go made would look among the system's.
func (e env) hostOf(context C.jobject) Host {
	if device.Load() == 0 {
		name := C.CString("vn/chot/Device")
		defer C.free(unsafe.Pointer(name))
		if class := C.find(e.p, name); e.exception() == nil {
			device.Store(uintptr(C.global(e.p, C.jobject(class))))
		}
	}
	return Host{VM: uintptr(C.machine(e.p)), Activity: uintptr(C.weak(e.p, context))}
}
