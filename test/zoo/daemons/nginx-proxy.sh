# expect: healthy
# load: http 16
# nginx in front of another nginx; the proxy is looked at.
. "$(dirname "$0")/lib.sh"
need nginx nginx-light
behind=$(free_port)
for role in origin proxy; do
  mkdir "$folder/$role"
  case $role in
  origin) at=$behind does='return 200 "hello\n";' ;;
  proxy) at=$port does="proxy_pass http://127.0.0.1:$behind; proxy_http_version 1.1; proxy_set_header Connection '';" ;;
  esac
  cat >"$folder/$role/conf" <<END
daemon off; worker_processes 1; user root; pid $folder/$role/pid; error_log $folder/$role/log crit;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path $folder/t; proxy_temp_path $folder/t; fastcgi_temp_path $folder/t; uwsgi_temp_path $folder/t; scgi_temp_path $folder/t;
  keepalive_requests 10000000; server { listen 127.0.0.1:$at; location / { $does } } }
END
  nginx -e "$folder/$role/log" -c "$folder/$role/conf" &
  await listens $at
done
await child $! >/dev/null
ready "$(child $!)"
