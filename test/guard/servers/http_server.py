# guard: fd-exhaustion error-loop during
# What python3 -m http.server runs: socketserver drops the error of accept(), and its listener stays ready.
import http.server

http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler).serve_forever()
