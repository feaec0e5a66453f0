package faults

import (
	"strings"
	"testing"
	"time"

	"spinlab/servers/internal/authority"
)

func TestEverySwitchIsDeclaredAndEveryDeclaredFixHasASwitch(t *testing.T) {
	a := authority.New(t)
	for _, fault := range All() {
		declared := map[string]bool{}
		for _, fix := range fault.Fixes {
			declared[fix.Name] = false
		}
		settings, err := fault.Configure(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, variant := range fault.Variants {
			server, err := fault.Start(Options{Variant: variant, Listen: "127.0.0.1:0", Certificates: a.Folder, Settings: settings})
			if err != nil {
				t.Fatal(err)
			}
			for name := range server.Switches() {
				if _, ok := declared[name]; !ok {
					t.Errorf("fault %s: fix %s of variant %s is not declared", fault.Name, name, variant)
				}
				declared[name] = true
			}
			server.Close()
		}
		for name, has := range declared {
			if !has {
				t.Errorf("fault %s: no variant has fix %s", fault.Name, name)
			}
		}
	}
}

func TestTwoFaultsOfOneNameAreRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("they are not")
		}
	}()
	Register(Fault{Name: All()[0].Name})
}

func TestParameters(t *testing.T) {
	fault := Fault{Name: "example", Parameters: []Parameter{
		{Name: "delay", Unit: Duration, Default: int64(time.Second), Least: int64(time.Millisecond), Most: int64(time.Minute)},
		{Name: "peers", Unit: Count, Default: 3, Least: 1, Most: 10},
	}}
	settings, err := fault.Configure([]string{"delay=20ms"})
	if err != nil {
		t.Fatal(err)
	}
	if d, n := settings.Duration("delay"), settings.Count("peers"); d != 20*time.Millisecond || n != 3 {
		t.Errorf("delay %v, peers %d", d, n)
	}
	for assignment, complaint := range map[string]string{
		"delay":      `"delay" is not of the form NAME=VALUE`,
		"pears=4":    `fault example has no parameter "pears"; it has delay, peers`,
		"delay=4":    `delay is "4", takes a duration from 1ms to 1m0s`,
		"delay=2m":   `delay is "2m", takes a duration from 1ms to 1m0s`,
		"delay=-1s":  `delay is "-1s", takes a duration from 1ms to 1m0s`,
		"peers=many": `peers is "many", takes a whole number from 1 to 10`,
		"peers=11":   `peers is "11", takes a whole number from 1 to 10`,
		"peers=":     `peers is "", takes a whole number from 1 to 10`,
	} {
		if _, err := fault.Configure([]string{assignment}); err == nil || err.Error() != complaint {
			t.Errorf("%s: %v, not %q", assignment, err, complaint)
		}
	}
}

func TestAPortThatIsTakenIsNamed(t *testing.T) {
	for _, variant := range []string{"reactor", "netpoller", "netpoller-leak"} {
		s := launch(t, variant)
		fault, _ := Find("tls-storm")
		_, err := fault.Start(Options{Variant: variant, Listen: s.Address(), Certificates: s.Folder})
		if err == nil || !strings.Contains(err.Error(), s.Address()) || !strings.Contains(err.Error(), "address already in use") {
			t.Errorf("%s: %v", variant, err)
		}
	}
}
