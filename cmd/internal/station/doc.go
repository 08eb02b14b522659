// Package station joins sources, scanner, journal and links into the one
// assembly that the window and the headless program both run.
//
// A station lives in one folder:
//
//	chot.toml       settings a person may edit (see Config)
//	enrolment.json  what the hub handed over: its address, keys, trace key
//	grant.json      what the hub granted: checkpoint and policy, without the lists' keys
//	device.pub      the device's public key
//	keys.sealed     its own key, which never leaves the folder, its lists' keys, the
//	                journal's key of prior use, and enrolment.json once more,
//	                sealed (see cmd/internal/keystore); keeper/ is what opens them
//	journal.db      every scan
//	tuf/ lists/     verified metadata and installed lists
//	ended.json      the keys are destroyed, and why; ending.json while that is under way
//	past/           journals of devices that this folder was before, to be exported
//
// A scan goes straight through: source, verdict, journal. Only then hear of it,
// and none is waited for, the shift's count, the barrier, whoever observes (a
// window), and the loudspeaker. What the barrier's sensor tells becomes a remark
// in the journal that completes or annuls the passage.
//
// What a person chooses at the device (the shift's operator, preferences, wrong
// PINs) is kept with the journal, never in chot.toml.
//
// Run starts every goroutine there is and joins them before it returns.
package station
