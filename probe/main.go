// Command probe watches processes from outside, read-only, and prints what it sees as JSON lines. Only `probe heal`
// changes anything.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/cilium/ebpf/rlimit"
)

// Exit codes: what the caller can do about it differs.
const (
	exitUsage       = 2
	exitGone        = 3 // gone, a zombie, or ended while it was watched
	exitUnsupported = 4 // not permitted here, or a kernel thread
	exitFailed      = 5
)

// failure is an error with the exit code that it deserves.
type failure struct {
	code int
	err  error
}

func (f failure) Error() string { return f.err.Error() }
func (f failure) Unwrap() error { return f.err }

func fail(code int, format string, arguments ...any) error {
	return failure{code, fmt.Errorf(format, arguments...)}
}

var verbs = map[string]func(arguments []string) error{
	"check":   check,
	"gotrace": countGoTrace,
	"heal":    heal,
	"tables":  tables,
	"tls":     tlsHandshakes,
	"watch":   watch,
}

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "probe:", strings.ReplaceAll(err.Error(), "\n", " "))
		code := exitFailed
		if f, ok := errors.AsType[failure](err); ok {
			code = f.code
		}
		os.Exit(code)
	}
}

func run(arguments []string) error {
	names := make([]string, 0, len(verbs))
	for name := range verbs {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(arguments) == 0 {
		return fail(exitUsage, "no verb given: one of %s", strings.Join(names, ", "))
	}
	verb, ok := verbs[arguments[0]]
	if !ok {
		return fail(exitUsage, "%q is no verb: one of %s", arguments[0], strings.Join(names, ", "))
	}
	// Before Linux 5.11 BPF maps count as locked memory; since then there is nothing to raise, and no need to.
	_ = rlimit.RemoveMemlock()
	return verb(arguments[1:])
}
