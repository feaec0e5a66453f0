package main

import (
	"encoding/json"
	"flag"
	"os"

	"spinlab/probe/internal/gotrace"
)

// countGoTrace prints what the execution trace on standard input comes to.
func countGoTrace(arguments []string) error {
	if err := parse(flag.NewFlagSet("gotrace", flag.ContinueOnError), arguments); err != nil {
		return err
	}
	report, err := gotrace.Count(os.Stdin)
	if err != nil {
		return fail(exitUsage, "gotrace: standard input is no execution trace that can be read: %w", err)
	}
	return json.NewEncoder(os.Stdout).Encode(report)
}
