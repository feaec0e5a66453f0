# expect: healthy
# memcached with four threads.
. "$(dirname "$0")/lib.sh"
need memcached memcached
memcached -u root -l 127.0.0.1 -p $port -t 4 &
server=$!
await listens $port
python3 - $port <<'END' &
import select, socket, sys
conns = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(16)]
for conn in conns: conn.sendall(b"set k 0 0 5\r\nhello\r\n")
while True:
    for conn in select.select(conns, [], [])[0]:
        if not conn.recv(65536): sys.exit(1)
        conn.sendall(b"get k\r\n")
END
ready $server
