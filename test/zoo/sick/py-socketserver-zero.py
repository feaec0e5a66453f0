# expect: empty-wakeups
# load: paced 2
# serve_forever(poll_interval=0): the selector of the standard library never blocks.
import socketserver


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(4096):
            self.request.sendall(data)


server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo)
print("listening", server.server_address[1], flush=True)
server.serve_forever(poll_interval=0)
