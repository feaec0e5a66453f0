# expect: healthy
# socat between a fast writer and a reader, one connection.
. "$(dirname "$0")/lib.sh"
need socat socat
origin=$(free_port)
python3 -c "
import socket
l=socket.create_server(('127.0.0.1',$origin)); c,_=l.accept(); b=b'x'*20000
while True: c.sendall(b)" &
await listens $origin
socat TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr TCP:127.0.0.1:$origin & server=$!
await listens $port
python3 -c "
import socket
c=socket.create_connection(('127.0.0.1',$port))
while c.recv(65536): pass" &
ready $server
