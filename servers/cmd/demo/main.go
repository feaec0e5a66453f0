// Command demo shows single facts of the kernel, the Go runtime and its libraries, one to a file, for the claims that are tested on them.
//
//	demo NAME [ARG]...
//
// A demonstration that others look at prints a first line when it is ready, and goes on until its standard input ends. One that
// looks by itself prints what it saw as one JSON object, and ends.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

// demonstrations register themselves from init.
var demonstrations = map[string]func(args []string) error{}

func main() {
	if len(os.Args) > 1 {
		if show, ok := demonstrations[os.Args[1]]; ok {
			if err := show(os.Args[2:]); err != nil {
				fmt.Fprintf(os.Stderr, "demo %s: %v\n", os.Args[1], err)
				os.Exit(1)
			}
			return
		}
	}
	names := make([]string, 0, len(demonstrations))
	for name := range demonstrations {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "demo: takes one of %s\n", strings.Join(names, ", "))
	os.Exit(2)
}

// stay says that it is ready, and returns when nobody holds the standard input any more.
func stay(ready any) error {
	if err := say(ready); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func say(seen any) error { return json.NewEncoder(os.Stdout).Encode(seen) }
