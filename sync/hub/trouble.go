package hub

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"chot/sync/wire"

	"github.com/jackc/pgx/v5/pgconn"
	lite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What is the matter with a database, as metrics and the log name it. Devices
// are told internal or busy only: what a hub runs on is nobody's business.
const (
	databaseFull     = "full"
	databaseReadOnly = "read-only"
	databaseLocked   = "locked" // by another program, or not free in time
	databaseGone     = "gone"   // does not answer
	databaseDamaged  = "damaged"
	databaseOther    = "other"
)

var databaseCauses = []string{databaseFull, databaseReadOnly, databaseLocked, databaseGone, databaseDamaged, databaseOther}

// sqliteCauses are SQLite's primary result codes (sqlite.org/rescode.html).
var sqliteCauses = map[int]string{
	sqlite3.SQLITE_FULL: databaseFull, sqlite3.SQLITE_READONLY: databaseReadOnly, sqlite3.SQLITE_BUSY: databaseLocked, sqlite3.SQLITE_LOCKED: databaseLocked,
	sqlite3.SQLITE_CORRUPT: databaseDamaged, sqlite3.SQLITE_NOTADB: databaseDamaged, sqlite3.SQLITE_CANTOPEN: databaseGone, sqlite3.SQLITE_IOERR: databaseGone,
}

// postgresCauses are SQLSTATEs (PostgreSQL Appendix A), or their classes.
var postgresCauses = map[string]string{
	"53100": databaseFull, "25006": databaseReadOnly, "55P03": databaseLocked, "57014": databaseLocked, "40001": databaseLocked, "40P01": databaseLocked,
	"08": databaseGone, "57": databaseGone, "53": databaseGone, "58": databaseGone, "XX": databaseDamaged,
}

// causeOf names what is the matter.
func causeOf(err error) string {
	var ofSQLite *lite.Error
	var ofPostgres *pgconn.PgError
	var dial *pgconn.ConnectError
	var link *net.OpError
	switch {
	case errors.As(err, &ofSQLite):
		if cause, ok := sqliteCauses[ofSQLite.Code()&0xff]; ok {
			return cause
		}
	case errors.As(err, &ofPostgres):
		for _, code := range []string{ofPostgres.Code, ofPostgres.Code[:min(2, len(ofPostgres.Code))]} {
			if cause, ok := postgresCauses[code]; ok {
				return cause
			}
		}
	case errors.As(err, &dial), errors.As(err, &link), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, sql.ErrConnDone), pgconn.SafeToRetry(err), strings.Contains(err.Error(), "database is closed"): // database/sql has no name for that one
		return databaseGone
	case errors.Is(err, context.DeadlineExceeded):
		return databaseLocked
	}
	return databaseOther
}

// trouble counts the hub's own trouble, logs it, and returns what to answer.
func (h *Hub) trouble(op, device string, err error) *wire.Problem {
	cause := causeOf(err)
	h.metrics.database.WithLabelValues(cause).Inc()
	h.log.Error(op, "device", device, "database", cause, "err", err)
	if slices.Contains([]string{databaseLocked, databaseGone}, cause) {
		p := wire.NewProblem(wire.Busy)
		p.Retry = 10
		return p
	}
	return wire.NewProblem(wire.Internal)
}
