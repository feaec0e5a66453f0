# expect: healthy
# load: http 4
# guard: healthy
# http.server handing out a file of 1 MiB.
import http.server, os, tempfile

os.chdir(tempfile.mkdtemp())
with open("index.html", "wb") as file:
    file.write(b"x" * (1 << 20))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
print("listening", server.server_port, flush=True)
server.serve_forever()
