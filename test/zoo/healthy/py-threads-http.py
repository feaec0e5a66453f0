# expect: healthy
# load: http 16
# The standard library's threaded HTTP server, which logs each request to standard error.
import http.server


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
print("listening", server.server_port, flush=True)
server.serve_forever()
