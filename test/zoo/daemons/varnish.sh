# expect: healthy
# load: http 16
# varnish answering from its cache; the worker process is looked at.
. "$(dirname "$0")/lib.sh"
need varnishd varnish
need nginx nginx-light
behind=$(free_port)
cat >"$folder/nginx" <<END
daemon off; worker_processes 1; user root; pid $folder/pid; error_log $folder/log crit; events { worker_connections 1024; }
http { access_log off; client_body_temp_path $folder/t; proxy_temp_path $folder/t; fastcgi_temp_path $folder/t; uwsgi_temp_path $folder/t; scgi_temp_path $folder/t;
  server { listen 127.0.0.1:$behind; location / { expires 1h; return 200 "hello\n"; } } }
END
nginx -e "$folder/log" -c "$folder/nginx" &
varnishd -F -j none -b 127.0.0.1:$behind -a 127.0.0.1:$port -n "$folder/work" -s malloc,32m -T none >/dev/null 2>&1 &
server=$!
await listens $port
await child $server >/dev/null
ready "$(child $server)"
