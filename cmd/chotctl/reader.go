package main

import (
	"context"
	"flag"
)

func readerCommand(context.Context, *flag.FlagSet, []string) error { return nil }
