package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"text/tabwriter"

	"spinlab/servers/faults"
)

// usageError is a mistake on the command line.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// command is what the arguments ask for.
type command struct {
	help, list bool
	control    string
	fault      faults.Fault
	options    faults.Options
	// fixes are on from the start.
	fixes []string
}

// words collects a flag that may be repeated.
type words []string

func (w *words) String() string         { return strings.Join(*w, " ") }
func (w *words) Set(value string) error { *w = append(*w, value); return nil }

func parse(args []string) (c command, err error) {
	var name string
	var set, fixes words
	flags := flag.NewFlagSet("target", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&name, "fault", os.Getenv("SPINLAB_FAULT"), "")
	flags.StringVar(&c.options.Variant, "variant", os.Getenv("SPINLAB_VARIANT"), "")
	flags.StringVar(&c.options.Listen, "listen", os.Getenv("SPINLAB_LISTEN"), "")
	flags.StringVar(&c.control, "control", os.Getenv("SPINLAB_CONTROL"), "")
	flags.StringVar(&c.options.Certificates, "certificates", os.Getenv("SPINLAB_CERTIFICATES"), "")
	set = strings.Fields(os.Getenv("SPINLAB_SET"))
	flags.Var(&set, "set", "")
	fixes = strings.Fields(os.Getenv("SPINLAB_FIX"))
	flags.Var(&fixes, "fix", "")
	flags.BoolVar(&c.list, "list", false, "")
	switch err := flags.Parse(args); {
	case err == flag.ErrHelp:
		return command{help: true}, nil
	case err != nil:
		return c, usage("%w; see target --help", err)
	case flags.NArg() > 0:
		return c, usage("does not know what to do with %q; see target --help", flags.Arg(0))
	case c.list:
		return c, nil
	}

	var known bool
	if c.fault, known = faults.Find(name); !known {
		var names []string
		for _, fault := range faults.All() {
			names = append(names, fault.Name)
		}
		return c, usage("no fault %q; --fault takes one of %s", name, strings.Join(names, ", "))
	}
	if c.options.Variant == "" {
		c.options.Variant = c.fault.Variants[0]
	}
	if !contains(c.fault.Variants, c.options.Variant) {
		return c, usage("fault %s has no variant %q; --variant takes one of %s", name, c.options.Variant, strings.Join(c.fault.Variants, ", "))
	}
	if _, _, err := net.SplitHostPort(c.options.Listen); err != nil {
		return c, usage("--listen is %q, takes an address like 127.0.0.1:8443", c.options.Listen)
	}
	if c.control == "" {
		return c, usage("--control is missing, takes a folder for the admin socket")
	}
	c.fixes = fixes
	if c.options.Settings, err = c.fault.Configure(set); err != nil {
		return c, usage("--set: %w", err)
	}
	return c, nil
}

func contains(names []string, wanted string) bool {
	for _, name := range names {
		if name == wanted {
			return true
		}
	}
	return false
}

const synopsis = `target is a server with a real bug, and with the fixes of that bug, to be turned live.

  target --fault NAME [--variant NAME] --listen 127.0.0.1:PORT --control DIR [--certificates DIR] [--set NAME=VALUE]... [--fix NAME]...
  target --list

  --listen        address to serve on; port 0 picks a free one
  --control       folder for admin.sock, made with mode 0700. On the socket, in HTTP:
                  GET /state, POST /fix/NAME, POST /revert/NAME, GET /memstats, GET /debug/vars,
                  GET /debug/pprof/
  --certificates  folder with chain.pem, key.pem and, for a swap, next-chain.pem, next-key.pem
  --fix           a fix that is on from the start
  --list          the faults as JSON
A flag that is not given is taken from the environment: SPINLAB_FAULT, SPINLAB_VARIANT, …; SPINLAB_SET and SPINLAB_FIX hold words.

When it serves, it says so in one line of JSON: pid, listen, control. SIGTERM ends it.
Exit codes: 0 ended by a signal, 1 could not serve, 2 wrong arguments.
`

func help(w io.Writer) error {
	fmt.Fprint(w, synopsis)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, fault := range faults.All() {
		fmt.Fprintf(table, "\nFault %s: %s\n  variants\t%s\n", fault.Name, fault.Title, strings.Join(fault.Variants, ", "))
		for _, fix := range fault.Fixes {
			fmt.Fprintf(table, "  fix %s\tcures %s\n", fix.Name, join(fix.Cures))
		}
		for _, p := range fault.Parameters {
			fmt.Fprintf(table, "  --set %s=%s\t%s\n", p.Name, p.Show(p.Default), p.Help)
		}
	}
	return table.Flush()
}

func join(cures []faults.Cure) string {
	words := make([]string, len(cures))
	for i, cure := range cures {
		words[i] = string(cure)
	}
	return strings.Join(words, ", ")
}

// listed is a fault as --list shows it.
type listed struct {
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	Variants []string     `json:"variants"`
	Fixes    []faults.Fix `json:"fixes"`
}

func list(w io.Writer) error {
	all := []listed{}
	for _, fault := range faults.All() {
		all = append(all, listed{fault.Name, fault.Title, fault.Variants, fault.Fixes})
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(all)
}
