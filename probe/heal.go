package main

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"

	"spinlab/probe/internal/hands"
)

// heal does one deed to a process and prints what it did as one JSON object.
func heal(arguments []string) error {
	var pids pidList
	flags := flag.NewFlagSet("heal", flag.ContinueOnError)
	flags.Var(&pids, "pid", "the `process`")
	text := flags.String("hand", "", "what to do, in `JSON`, e.g. {\"fix\":\"epoll-del\",\"fd\":7}; fixes: "+strings.Join(hands.Fixes(), ", "))
	plan := flags.Bool("plan", false, "only say what would be done")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	if len(pids) != 1 {
		return fail(exitUsage, "heal: --pid names %d processes: one, e.g. --pid 1234", len(pids))
	}
	var hand hands.Hand
	decoder := json.NewDecoder(strings.NewReader(*text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&hand); err != nil {
		return fail(exitUsage, "heal: --hand %q is not what to do in JSON: %w", *text, err)
	}
	if err := checkPid(pids[0]); err != nil {
		return err
	}
	act := hands.Lay
	if *plan {
		act = hands.Plan
	}
	switch deed, err := act(pids[0], hand); {
	case errors.Is(err, hands.ErrRequest):
		return fail(exitUsage, "%w", err)
	case errors.Is(err, hands.ErrGone):
		return fail(exitGone, "process %d: %w", pids[0], err)
	case errors.Is(err, hands.ErrDenied), errors.Is(err, hands.ErrNoCall):
		return fail(exitUnsupported, "process %d: %w", pids[0], err)
	case err != nil:
		return err
	default:
		return json.NewEncoder(os.Stdout).Encode(deed)
	}
}
