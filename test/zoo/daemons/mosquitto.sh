# expect: healthy
# An MQTT broker passing messages on.
. "$(dirname "$0")/lib.sh"
need mosquitto mosquitto
need mosquitto_sub mosquitto-clients
printf 'listener %s 127.0.0.1\nallow_anonymous true\nuser root\n' $port >"$folder/conf"
mosquitto -c "$folder/conf" >/dev/null 2>&1 &
server=$!
await listens $port
for _ in 1 2 3 4; do mosquitto_sub -p $port -t t >/dev/null & done
yes message | mosquitto_pub -p $port -t t -l &
ready $server
