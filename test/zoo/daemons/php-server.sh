# expect: healthy
# load: http 100
# PHP's own web server, which ends each answer with a write of nothing.
. "$(dirname "$0")/lib.sh"
need php php-cli
echo hello >"$folder/index.html"
php -S "127.0.0.1:$port" -t "$folder" >/dev/null 2>&1 &
await listens $port
ready $!
