//go:build go1.23

package main

// A fault that needs a library, which in turn needs this Go: an older one builds the target without it.
import _ "spinlab/servers/faults/edge"
