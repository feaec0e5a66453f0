//go:build !bare

package main

// Faults that need a library of their own; a build with the tag bare does without them.
import _ "spinlab/servers/faults/edge"
