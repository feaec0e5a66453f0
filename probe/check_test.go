package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// TestCheck says of each ability whether it is there, and what is missing where it is not.
func TestCheck(t *testing.T) {
	for name, command := range map[string]*exec.Cmd{
		"as we are": exec.Command(binary, "check"),
		"as nobody": exec.Command("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all", binary, "check"),
	} {
		if name == "as nobody" && os.Geteuid() != 0 {
			continue
		}
		output, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var abilities map[string]ability
		if err := json.Unmarshal(output, &abilities); err != nil {
			t.Fatal(err)
		}
		if len(abilities) != len(attempts) {
			t.Errorf("%s: %d abilities were tried, expected %d", name, len(abilities), len(attempts))
		}
		for what, a := range abilities {
			if a.OK == (a.Missing != "" || a.Remedy != "") {
				t.Errorf("%s: %s is %+v, expected either ok or what is missing and a remedy", name, what, a)
			}
		}
		if name == "as nobody" && abilities["bpf"].OK {
			t.Error("nobody may count system calls, it is said")
		}
	}
}
