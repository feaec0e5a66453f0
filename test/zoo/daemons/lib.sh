# Sourced by the start scripts of daemons: a private folder and a free port; prints what the keeper waits for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
need() { command -v "$1" >/dev/null || { echo "$1 is not installed (apt-get install $2)" >&2; exit 4; }; }
listens() { ss -Hltn "sport = :$1" | grep -q .; }
await() { for _ in $(seq 100); do "$@" && return 0; sleep 0.1; done; echo "gave up: $*" >&2; exit 1; }
# ready PID: the process to look at, once the port is open; then stays until the keeper ends the group.
ready() { echo "pid $1"; echo "listening $port"; wait; }
child() { pgrep -P "$1" | head -n 1 | grep .; }
