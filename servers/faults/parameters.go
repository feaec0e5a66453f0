package faults

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Parameter is a number of a fault that may be changed at its start.
type Parameter struct {
	Name string
	Help string
	Unit Unit
	// Default, Least and Most are in that unit; a duration is in nanoseconds.
	Default, Least, Most int64
}

// Unit is what a parameter is measured in.
type Unit int

// Durations are written like 300ms, counts like 5.
const (
	Duration Unit = iota
	Count
)

// Settings are the values of all parameters of a fault, by name.
type Settings map[string]int64

// Duration returns the value of a parameter whose unit is Duration.
func (s Settings) Duration(name string) time.Duration { return time.Duration(s[name]) }

// Count returns the value of a parameter whose unit is Count.
func (s Settings) Count(name string) int { return int(s[name]) }

// Configure reads assignments of the form NAME=VALUE; what is not assigned has its default.
func (f Fault) Configure(assignments []string) (Settings, error) {
	settings := Settings{}
	for _, p := range f.Parameters {
		settings[p.Name] = p.Default
	}
	for _, assignment := range assignments {
		name, value, ok := strings.Cut(assignment, "=")
		if !ok {
			return nil, fmt.Errorf("%q is not of the form NAME=VALUE", assignment)
		}
		p, ok := f.parameter(name)
		if !ok {
			return nil, fmt.Errorf("fault %s has no parameter %q; it has %s", f.Name, name, strings.Join(f.parameterNames(), ", "))
		}
		n, err := p.parse(value)
		if err != nil {
			return nil, err
		}
		settings[name] = n
	}
	return settings, nil
}

func (f Fault) parameter(name string) (Parameter, bool) {
	for _, p := range f.Parameters {
		if p.Name == name {
			return p, true
		}
	}
	return Parameter{}, false
}

func (f Fault) parameterNames() []string {
	names := make([]string, len(f.Parameters))
	for i, p := range f.Parameters {
		names[i] = p.Name
	}
	return names
}

func (p Parameter) parse(text string) (int64, error) {
	var n int64
	var err error
	if p.Unit == Duration {
		var d time.Duration
		d, err = time.ParseDuration(text)
		n = int64(d)
	} else {
		n, err = strconv.ParseInt(text, 10, 64)
	}
	if err != nil || n < p.Least || n > p.Most {
		kind := map[Unit]string{Duration: "duration", Count: "whole number"}[p.Unit]
		return 0, fmt.Errorf("%s is %q, takes a %s from %s to %s", p.Name, text, kind, p.Show(p.Least), p.Show(p.Most))
	}
	return n, nil
}

// Show writes a value of this parameter as it is written on the command line.
func (p Parameter) Show(n int64) string {
	if p.Unit == Duration {
		return time.Duration(n).String()
	}
	return strconv.FormatInt(n, 10)
}
