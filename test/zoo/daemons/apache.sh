# expect: healthy
# load: http 16
# Apache's event MPM serving a file, one process.
. "$(dirname "$0")/lib.sh"
need apache2 apache2-bin
echo hello >"$folder/index.html"
cat >"$folder/conf" <<END
ServerRoot $folder
PidFile $folder/pid
ErrorLog $folder/log
DefaultRuntimeDir $folder
Listen 127.0.0.1:$port
ServerName lab.test
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
StartServers 1
ServerLimit 1
MaxRequestWorkers 25
MaxKeepAliveRequests 0
DocumentRoot $folder
END
chmod 755 "$folder"
apache2 -DFOREGROUND -f "$folder/conf" >/dev/null 2>&1 &
server=$!
await listens $port
await child $server >/dev/null
ready "$(child $server)"
