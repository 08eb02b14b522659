// Package android is the side of the program that speaks with Android: what a
// handheld can do that a kiosk cannot, and what its system asks of a program.
//
// It has two halves. What decides is plain Go, compiled and tested anywhere:
// whether the camera may be used ([Permission]), what may run while the
// operator looks elsewhere ([Life]), what a verdict feels like ([Pulses]),
// when the screen may go dark ([StayAwake]), what a manager of devices has set
// ([ParseRestrictions]). What acts is a [Host] and its methods, which call
// static methods of the Java class vn.chot.Device; it needs cgo and exists for
// GOOS=android alone. No other package speaks JNI, and this one never imports
// Gio.
//
// # Threads
//
// A method of Host may be called from any goroutine. It locks its thread,
// attaches it to the virtual machine where it is not, makes one call, and
// detaches it again, so that no thread of Go's stays known to Java. Java does
// the rest on the thread the call needs: what belongs to the window is posted
// to the main thread and not waited for. The natives that Java calls run on
// the main thread, where Android gives a program five seconds: they note what
// happened and return. A background round alone has a thread of its own.
//
// # Lifetimes
//
// A process has one virtual machine, and Java's Device class stays for as long
// as it does. An Activity comes and goes: a Host holds a weak global reference
// to it, which is made once for each Activity and each background round and
// never freed (a few bytes; Android makes an Activity anew about never, see
// configChanges in the manifest, a round begins every quarter of an hour at
// most, and a process may have fifty thousand). So a Host may be copied, kept
// and used at any time: what it calls once the Activity is gone fails with
// [ErrGone], and never touches freed memory. Local references live inside one
// call's frame. An exception in Java is taken away there and becomes an error
// that names the call.
package android
