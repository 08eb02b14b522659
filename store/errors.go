package store

import "errors"

// Errors of Open. Each text says what to do.
var (
	ErrForeign = errors.New("it belongs to another device: put that device's key back, or move the file aside (it may hold scans no hub has received) and start again")
	ErrInUse   = errors.New("another program has it open: end that program and start again")
	ErrDamaged = errors.New("it is damaged and was left as it is: move it aside and keep it, for its scans may still be recovered, then enrol this device again")
	ErrNewer   = errors.New("a newer version of this program made it: install that version again")
)

// Errors of using a journal.
var (
	ErrPruned   = errors.New("the entries asked for were purged after a hub had acknowledged them: restore the hub from a newer backup")
	ErrCursor   = errors.New("the receipt covers more entries than this journal holds: the journal was replaced by an older copy, enrol this device again")
	ErrAltered  = errors.New("the journal was altered: keep the file as evidence and enrol this device again")
	ErrEnded    = errors.New("the journal has ended: the key of its device is gone, enrol this device anew")
	ErrReadOnly = errors.New("the journal is open for reading only")
	ErrClosed   = errors.New("the journal is closed")
	ErrNoRoom   = errors.New("the journal's file has no room for this: connect the hub so that old entries can be purged")
)
