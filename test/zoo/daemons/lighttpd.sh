# expect: healthy
# load: http 16
# lighttpd serving a file.
. "$(dirname "$0")/lib.sh"
need lighttpd lighttpd
echo hello >"$folder/index.html"
cat >"$folder/conf" <<END
server.document-root = "$folder"
server.bind = "127.0.0.1"
server.port = $port
index-file.names = ("index.html")
END
lighttpd -D -f "$folder/conf" &
await listens $port
ready $!
