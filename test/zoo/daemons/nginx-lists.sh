# expect: healthy
# load: http 8
# nginx listing a folder of 2000 files: it asks for the size and time of each, a few hundred thousand times a second.
. "$(dirname "$0")/lib.sh"
need nginx nginx-light
mkdir "$folder/files"
for i in $(seq 2000); do : >"$folder/files/$i"; done
cat >"$folder/conf" <<END
daemon off; worker_processes 1; user root; pid $folder/pid; error_log $folder/log crit;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path $folder/t; proxy_temp_path $folder/t; fastcgi_temp_path $folder/t; uwsgi_temp_path $folder/t; scgi_temp_path $folder/t;
  keepalive_requests 10000000; server { listen 127.0.0.1:$port; root $folder/files; autoindex on; } }
END
nginx -e "$folder/log" -c "$folder/conf" &
await listens $port
await child $! >/dev/null
ready "$(child $!)"
