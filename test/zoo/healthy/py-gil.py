# expect: healthy
# finding: busy-computing
# load: echo 2
# Ten threads compute and fight for the interpreter's lock (each waits 5 ms at a time for it), beside an echo server.
import socketserver, threading


def work():
    while True:
        sum(i * i for i in range(100_000))


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(4096):
            self.request.sendall(data)


server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo)
for _ in range(10):
    threading.Thread(target=work, daemon=True).start()
print("listening", server.server_address[1], flush=True)
server.serve_forever()
