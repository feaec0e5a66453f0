# expect: healthy
# load: http 16
# varnish answering by itself; the worker process is looked at.
. "$(dirname "$0")/lib.sh"
need varnishd varnish
cat >"$folder/vcl" <<END
vcl 4.1;
backend default none;
sub vcl_recv { return (synth(200)); }
END
varnishd -F -f "$folder/vcl" -a 127.0.0.1:$port -n "$folder/work" -p feature=+http2 >/dev/null 2>&1 &
server=$!
await listens $port
ready "$(child $server)"
