# shellcheck shell=bash
# The product inside the lab: its services, Alertmanager and server in the orchestrator's place. Sourced by
# the demo and by the tests on the lab. DEMO is the state folder, REPO the checkout.

LAB=$REPO/deploy/lab
LAB_STATE=${DR_LAB_STATE:-/var/lib/drorchestrator-lab}
SERVER_URL=http://127.0.0.1:8470
ALERTMANAGER_URL=http://127.0.0.1:9093

orch() { ip netns exec dr-orch "$@"; }

drctl() { orch env DRCTL_SERVER="$SERVER_URL" DRCTL_KEY_FILE="$DEMO/first-key" dotnet "$REPO/src/DrOrchestrator.Cli/bin/Release/net10.0/drctl.dll" "$@"; }

api() {
  local path=$1
  shift
  local status=0
  orch curl -sS --fail-with-body --max-time 20 -H @<(printf 'Authorization: Bearer %s\n' "$(cat "$DEMO/first-key")") "$SERVER_URL/api/v1$path" "$@" || status=$?
  [ "$status" = 0 ] || running "$DEMO/server.pid" || { echo "the server does not run; the end of its log:"; tail -n 20 "$DEMO/server.log"; } >&2
  return "$status"
}

running() { [ -f "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

# stop_process PIDFILE [SIGNAL]: ends it by its id and waits for the end.
stop_process() {
  local pid
  running "$1" || { rm -f "$1"; return 0; }
  pid=$(cat "$1")
  kill "-${2:-TERM}" "$pid" 2>/dev/null || true
  for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null || true
  rm -f "$1"
}

wait_for() { # SECONDS WHAT COMMAND...
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "still not after its time: $what" >&2; return 1; }
    sleep 0.3
  done
}

services_up() {
  mkdir -p "$DEMO"
  orch "$REPO/deploy/services" up "$DEMO/services" 15432 >&2
}

services_down() { [ ! -d "$DEMO/services" ] || { ip netns list | grep -q '^dr-orch' && orch "$REPO/deploy/services" down "$DEMO/services" 15432 >&2; }; }

# write_configuration HOLD_DOWN_SECONDS: the lab's inventory, and the product's own runbook with a shorter hold-down.
write_configuration() {
  . "$REPO/deploy/lib/lab-inventory.sh"
  mkdir -p "$DEMO/runbooks"
  lab_inventory "$LAB_STATE" "$("$LAB/guests" --list --json)" >"$DEMO/inventory.yaml"
  sed "s/holdDownSeconds: .*/holdDownSeconds: $1/; s/timeoutSeconds: 1800/timeoutSeconds: ${TRANSFER_TIMEOUT:-300}/; s/delaySeconds: 15/delaySeconds: ${RETRY_DELAY:-15}/; s/parallel: .*/parallel: ${PARALLEL:-4}/; s/perDestination: .*/perDestination: ${PER_DESTINATION:-2}/" \
    "$REPO/runbooks/evacuate-host.yaml" >"$DEMO/runbooks/evacuate-host.yaml"
}

# The client library of the lab's hosts, where the machine's own is too old for the server.
libvirt_library() { ls "${DR_LAB_CACHE:-/var/cache/drorchestrator-lab}"/overlay/usr/lib/*/libvirt.so.0 2>/dev/null || true; }

server_start() {
  local variables=()
  mapfile -t variables <"$DEMO/services/services.env"
  (
    # exec all the way, so that the id on file is the server's own.
    exec 9>&-
    exec ip netns exec dr-orch env "${variables[@]}" DR_LIBVIRTLIBRARY="$(libvirt_library)" DR_INVENTORY="$DEMO/inventory.yaml" DR_RUNBOOKS="$DEMO/runbooks" DR_FIRSTKEYFILE="$DEMO/first-key" \
      DR_CLAIMLIFETIMESECONDS=6 ASPNETCORE_URLS="$SERVER_URL" Logging__LogLevel__Default=Warning \
      setsid dotnet "$REPO/src/DrOrchestrator.Server/bin/Release/net10.0/DrOrchestrator.Server.dll" >>"$DEMO/server.log" 2>&1 </dev/null
  ) &
  echo $! >"$DEMO/server.pid"
  for _ in $(seq 300); do
    ! orch curl -sf --max-time 2 "$SERVER_URL/healthz" >/dev/null || return 0
    running "$DEMO/server.pid" || break
    sleep 0.3
  done
  echo "the server does not answer:" >&2
  tail -n 20 "$DEMO/server.log" >&2
  return 1
}

server_stop() { stop_process "$DEMO/server.pid" "${1:-TERM}"; }

# A key of Alertmanager's own: it may trigger and nothing else.
alertmanager_key() {
  [ -s "$DEMO/alertmanager-key" ] && return
  (umask 077 && api /keys -X POST -H 'Content-Type: application/json' -d '{"subject":"alertmanager","scopes":["trigger"]}' | jq -r .key >"$DEMO/alertmanager-key")
}

alertmanager_start() {
  cat >"$DEMO/alertmanager.yml" <<YAML
route:
  receiver: drorchestrator
  group_by: [alertname, instance]
  group_wait: 1s
  group_interval: 5s
  repeat_interval: 1m
receivers:
  - name: drorchestrator
    webhook_configs:
      - url: $SERVER_URL/api/v1/alerts/alertmanager
        send_resolved: true
        http_config:
          authorization:
            credentials_file: $DEMO/alertmanager-key
YAML
  (
    exec ip netns exec dr-orch setsid prometheus-alertmanager --config.file="$DEMO/alertmanager.yml" --storage.path="$DEMO/alertmanager" \
      --web.listen-address=127.0.0.1:9093 --cluster.listen-address= >>"$DEMO/alertmanager.log" 2>&1 </dev/null
  ) &
  echo $! >"$DEMO/alertmanager.pid"
  wait_for 30 "Alertmanager answers (see $DEMO/alertmanager.log)" orch curl -sf --max-time 2 "$ALERTMANAGER_URL/-/ready"
}

alert() { # HOST
  orch amtool --alertmanager.url="$ALERTMANAGER_URL" alert add HostHardwareFailing severity=critical "instance=$1" \
    --annotation="summary=Memory errors beyond the threshold on $1"
}
