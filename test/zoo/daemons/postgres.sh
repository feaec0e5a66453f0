# expect: healthy
# A PostgreSQL backend under pgbench.
. "$(dirname "$0")/lib.sh"
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1) || { echo 'postgresql is not installed (apt-get install postgresql)' >&2; exit 4; }
chown postgres "$folder"
as() { setpriv --reuid postgres --regid postgres --clear-groups env LC_ALL=C "$@"; }
as "$bin/initdb" -D "$folder/data" -A trust >/dev/null
as "$bin/postgres" -D "$folder/data" -p $port -k "$folder" -c fsync=off -c listen_addresses=127.0.0.1 >"$folder/log" 2>&1 &
await listens $port
as "$bin/pgbench" -h "$folder" -p $port -i -q postgres >/dev/null 2>&1
as "$bin/pgbench" -h "$folder" -p $port -c 4 -T 60 postgres >/dev/null 2>&1 &
working() { as "$bin/psql" -h "$folder" -p $port -Atc "select pid from pg_stat_activity where application_name = 'pgbench' limit 1" postgres; }
await test -n "$(sleep 1; working)"
ready "$(working)"
