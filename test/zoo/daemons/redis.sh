# expect: healthy
# redis under its own benchmark.
. "$(dirname "$0")/lib.sh"
need redis-server redis-server
redis-server --port $port --bind 127.0.0.1 --save '' --dir "$folder" >/dev/null &
server=$!
await listens $port
redis-benchmark -p $port -c 20 -n 100000000 -t get,set -q >/dev/null 2>&1 &
ready $server
