package procfs

// Tree lists roots and all their living descendants, roots first. It reads every process of /proc once.
func Tree(roots []int) []int {
	children := map[int][]int{}
	for _, pid := range Pids() {
		if s, err := readStat(pid); err == nil && s.state != 'Z' && s.state != 'X' {
			children[s.parent] = append(children[s.parent], pid)
		}
	}
	var tree []int
	seen := map[int]bool{}
	for queue := append([]int(nil), roots...); len(queue) > 0; queue = queue[1:] {
		if pid := queue[0]; !seen[pid] {
			seen[pid] = true
			tree = append(tree, pid)
			queue = append(queue, children[pid]...)
		}
	}
	return tree
}
