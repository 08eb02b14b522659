package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"chot/sync/hub"
)

// databaseEnv names the database without showing its password to everyone
// who may list the processes.
const databaseEnv = "CHOT_HUB_DB"

// A place is where a hub keeps its things.
type place struct{ data, db string }

func placeFlags(fs *flag.FlagSet) *place {
	p := new(place)
	fs.StringVar(&p.data, "data", "hub", "the hub's `folder`")
	fs.StringVar(&p.db, "db", "", "the PostgreSQL database's `URL`, postgres://user@host/name; default $"+databaseEnv+", else SQLite in the folder")
	return p
}

// open opens the hub that is there; only serve and enrol begin a new one.
func (p *place) open(o hub.Options) (*hub.Hub, error) {
	o.DB = p.db
	if o.DB == "" {
		o.DB = os.Getenv(databaseEnv)
	}
	return hub.Open(p.data, o)
}

func (p *place) openExisting() (*hub.Hub, error) { return p.openWith(hub.Options{}) }

func (p *place) openWith(o hub.Options) (*hub.Hub, error) {
	_, err := os.Stat(filepath.Join(p.data, "hub.db"))
	if err != nil && (p.db != "" || os.Getenv(databaseEnv) != "") {
		_, err = os.Stat(p.data)
	} else if err != nil {
		if _, elsewhere := os.Stat(filepath.Join(p.data, "database-elsewhere")); elsewhere == nil {
			err = nil // the hub says what is missing
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w; name the hub's folder with --data", err)
	}
	return p.open(o)
}
