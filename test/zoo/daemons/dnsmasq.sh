# expect: healthy
# dnsmasq answering from its own table.
. "$(dirname "$0")/lib.sh"
need dnsmasq dnsmasq-base
dnsmasq -k -C /dev/null -p $port --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --user=root --address=/lab.test/127.0.0.9 &
server=$!
await listens $port
python3 - $port <<'END' &
import socket, sys
query = b"\1\1\1\0\0\1\0\0\0\0\0\0\3lab\4test\0\0\1\0\1"
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
