// Command target is the server under test: one fault of the lab, running until SIGTERM or until a successor has taken
// over, with its fixes at hand on an admin socket.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"spinlab/servers/control"
	"spinlab/servers/faults"
	"spinlab/servers/internal/succession"
)

func main() {
	err := run(os.Args[1:], os.Stdout)
	if err == nil {
		return
	}
	fmt.Fprintf(os.Stderr, "target: %v\n", err)
	var wrong usageError
	if errors.As(err, &wrong) {
		os.Exit(2)
	}
	os.Exit(1)
}

func run(args []string, stdout io.Writer) error {
	command, err := parse(args)
	switch {
	case err != nil:
		return err
	case command.help:
		return help(stdout)
	case command.list:
		return list(stdout)
	}
	return serve(command, stdout)
}

// ready is the first line on standard output.
type ready struct {
	PID     int    `json:"pid"`
	Listen  string `json:"listen"`
	Control string `json:"control"`
}

func serve(c command, stdout io.Writer) error {
	if err := enoughFiles(); err != nil {
		return err
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)

	inherited := succession.Inherited()
	open, applied := control.Listen, []string(nil)
	if inherited != nil {
		open, applied = control.Prepare, inherited.Applied
	}
	admin, err := open(c.control)
	if err != nil {
		return err
	}
	defer admin.Close()
	c.options.Inherited = inherited
	server, err := c.fault.Start(c.options)
	if err != nil {
		return fmt.Errorf("%s: %w", c.fault.Name, err)
	}
	defer server.Close()
	expvar.Publish("accepted", expvar.Func(func() any {
		return map[string]uint64{server.Address(): server.Counters()["accepted"]}
	}))
	subject := control.NewSubject(c.fault, c.options.Variant, server, applied...)
	if err := applyAll(subject, c.fixes, applied); err != nil {
		return err
	}
	answers := &http.Server{Handler: control.Handler(subject)}
	go answers.Serve(admin)

	line := ready{os.Getpid(), server.Address(), filepath.Join(c.control, control.SocketName)}
	if err := json.NewEncoder(stdout).Encode(line); err != nil {
		return fmt.Errorf("cannot say on stdout that it is ready: %w", err)
	}
	if inherited != nil {
		if err := takeOver(admin, inherited); err != nil {
			return err
		}
	}
	var left <-chan struct{}
	if leaver, ok := server.(faults.Leaver); ok {
		left = leaver.Left()
	}
	select {
	case <-end:
	case <-left:
		// Whoever asked for the restart gets the answer first.
		soon, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		answers.Shutdown(soon)
	}
	return nil
}

// applyAll turns on what is to be on from the start, and is not already.
func applyAll(subject *control.Subject, fixes, applied []string) error {
	for _, name := range fixes {
		if contains(applied, name) {
			continue
		}
		var refusal control.Refusal
		if err := subject.Apply(name); errors.As(err, &refusal) {
			return usage("--fix: %w", err)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// takeOver ends the reign of the process before this one.
func takeOver(admin *control.Socket, inherited *succession.Inheritance) error {
	if err := admin.TakeOver(); err != nil {
		return err
	}
	return inherited.Serves()
}
