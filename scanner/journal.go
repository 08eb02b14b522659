package scanner

import (
	"context"
	"errors"

	"chot/scanner/credential"
)

// A Draft is an entry before it has a place in the log.
type Draft struct {
	Entry    Entry // Seq, Segment, Encapsulation and Sealed are the journal's to fill
	Personal Personal
	Subject  credential.Subject // for prior use; kept only under a keyed hash

	// Undone and Before are of a NotTurned remark: the passage the journal
	// remembers and must forget, and what it remembered before that.
	Undone, Before Prior
}

// A Journal keeps entries. Append returns only when the entry is on disk, so
// what it acknowledged survives a power cut.
type Journal interface {
	Append(context.Context, Draft) (Entry, error)
	Prior(credential.Subject) (Prior, error)
}

// ErrJournalFull is wrapped by Append when the journal has reached its stated
// size and holds only entries that no hub has acknowledged.
var ErrJournalFull = errors.New("the journal is full of scans no hub has received: connect the hub or export to a stick")
