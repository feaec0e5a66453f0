# expect: healthy
# BIND answering for a zone of its own.
. "$(dirname "$0")/lib.sh"
need named bind9
printf '$TTL 1h\n@ SOA ns root 1 1h 1h 1h 1h\n@ NS ns\nns A 127.0.0.1\nwww A 127.0.0.9\n' >"$folder/zone"
cat >"$folder/conf" <<END
options { directory "$folder"; pid-file none; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; session-keyfile "$folder/key"; };
zone "lab.test" { type master; file "$folder/zone"; };
END
named -g -c "$folder/conf" -n 2 >/dev/null 2>&1 &
server=$!
await listens $port
python3 - $port <<'END' &
import socket, sys
query = b"\1\1\1\0\0\1\0\0\0\0\0\0\3www\3lab\4test\0\0\1\0\1"
conn = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
conn.connect(("127.0.0.1", int(sys.argv[1])))
conn.settimeout(0.2)
while True:
    try:
        for _ in range(8): conn.send(query)
        for _ in range(8): conn.recv(512)
    except OSError: pass
END
ready $server
