module spinlab/bench/server

go 1.26.0
