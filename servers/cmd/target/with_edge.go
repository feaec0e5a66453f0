//go:build go1.26

package main

// Faults that need a library of their own, and the Go that go.mod asks for: an older one builds by go1.19.mod, without them.
import _ "spinlab/servers/faults/edge"
