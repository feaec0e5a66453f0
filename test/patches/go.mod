module spinlab/test/patches

go 1.19
