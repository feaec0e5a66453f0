# expect: healthy
# load: http 16
# haproxy in front of nginx.
. "$(dirname "$0")/lib.sh"
need haproxy haproxy
need nginx nginx-light
behind=$(free_port)
cat >"$folder/nginx" <<END
daemon off; worker_processes 1; user root; pid $folder/pid; error_log $folder/log crit; events { worker_connections 1024; }
http { access_log off; client_body_temp_path $folder/t; proxy_temp_path $folder/t; fastcgi_temp_path $folder/t; uwsgi_temp_path $folder/t; scgi_temp_path $folder/t;
  keepalive_requests 10000000; server { listen 127.0.0.1:$behind; location / { return 200 "hello\n"; } } }
END
nginx -e "$folder/log" -c "$folder/nginx" &
cat >"$folder/haproxy" <<END
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend f
  bind 127.0.0.1:$port
  default_backend b
backend b
  server s 127.0.0.1:$behind
END
haproxy -db -f "$folder/haproxy" >/dev/null 2>&1 &
server=$!
await listens $port
ready $server
