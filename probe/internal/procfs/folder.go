package procfs

import (
	"os"
	"strconv"
)

// numericNames lists the entries of a folder that are numbers: pids, tids or descriptors. A folder that vanished or
// may not be read has none.
func numericNames(path string) []int {
	dir, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	numbers := make([]int, 0, len(names))
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}
