# expect: healthy
# load: http 16
# squid as an accelerator in front of nginx, with everything cached.
. "$(dirname "$0")/lib.sh"
need squid squid
need nginx nginx-light
behind=$(free_port)
cat >"$folder/nginx" <<END
daemon off; worker_processes 1; user root; pid $folder/pid; error_log $folder/log crit; events { worker_connections 1024; }
http { access_log off; client_body_temp_path $folder/t; proxy_temp_path $folder/t; fastcgi_temp_path $folder/t; uwsgi_temp_path $folder/t; scgi_temp_path $folder/t;
  server { listen 127.0.0.1:$behind; location / { expires 1h; return 200 "hello\n"; } } }
END
nginx -e "$folder/log" -c "$folder/nginx" &
cat >"$folder/squid" <<END
http_port 127.0.0.1:$port accel defaultsite=lab.test
cache_peer 127.0.0.1 parent $behind 0 no-query originserver
http_access allow all
access_log none
cache_log $folder/cache.log
pid_filename $folder/squid.pid
coredump_dir $folder
pinger_enable off
shutdown_lifetime 0 seconds
END
chmod 777 "$folder"
squid -N -f "$folder/squid" &
server=$!
await listens $port
ready $server
