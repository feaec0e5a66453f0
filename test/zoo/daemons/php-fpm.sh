# expect: healthy
# load: http 8
# One PHP worker behind nginx, computing a little for each request.
. "$(dirname "$0")/lib.sh"
fpm=$(ls /usr/sbin/php-fpm* | head -n 1) || { echo 'php-fpm is not installed (apt-get install php-fpm)' >&2; exit 4; }
need nginx nginx-light
behind=$(free_port)
echo '<?php for ($i = 0, $n = 0; $i < 2000; $i++) $n += strlen(md5((string)$i)); echo $n;' >"$folder/index.php"
cat >"$folder/fpm" <<END
[global]
error_log = $folder/fpm.log
daemonize = no
[www]
user = root
listen = 127.0.0.1:$behind
pm = static
pm.max_children = 1
END
"$fpm" -R -y "$folder/fpm" &
server=$!
cat >"$folder/nginx" <<END
daemon off; worker_processes 1; user root; pid $folder/pid; error_log $folder/log crit; events { worker_connections 1024; }
http { access_log off; client_body_temp_path $folder/t; proxy_temp_path $folder/t; fastcgi_temp_path $folder/t; uwsgi_temp_path $folder/t; scgi_temp_path $folder/t;
  keepalive_requests 10000000; server { listen 127.0.0.1:$port; location / { fastcgi_pass 127.0.0.1:$behind; fastcgi_param SCRIPT_FILENAME $folder/index.php; fastcgi_param REQUEST_METHOD GET; } } }
END
nginx -e "$folder/log" -c "$folder/nginx" &
await listens $port
await child $server >/dev/null
ready "$(child $server)"
