# shellcheck shell=bash
# A private PostgreSQL and RabbitMQ in a folder, on loopback, with generated passwords; no systemd needed.
# Sourced. Every function takes the folder first. fsync stays on: what the tests show must hold for real.

secret() { head -c 24 /dev/urandom | base64 | tr -d '/+=\n'; }

# Runs a command as a service's own user where we are root, else as ourselves.
as_user() {
  local user=$1
  shift
  if [ "$(id -u)" = 0 ]; then setpriv --reuid="$user" --regid="$user" --init-groups "$@"; else "$@"; fi
}

own() { if [ "$(id -u)" = 0 ]; then chown -R "$1" "$2"; fi; }

postgres_bin() {
  local bin
  bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$bin" ] || { echo "PostgreSQL is not installed: apt-get install postgresql" >&2; return 1; }
  echo "$bin"
}

# postgres_up DIR PORT: creates it at first, starts it, prints its connection string.
postgres_up() {
  local dir=$1/postgres port=$2 bin password
  bin=$(postgres_bin) || return 1
  if [ ! -f "$dir/data/PG_VERSION" ]; then
    mkdir -p "$dir"
    chmod 700 "$dir"
    (umask 077 && secret >"$dir/password")
    own postgres "$dir"
    as_user postgres "$bin/initdb" --no-sync -D "$dir/data" -U dr -A scram-sha-256 --pwfile="$dir/password" -E UTF8 --locale=C >/dev/null || return 1
    as_user postgres tee -a "$dir/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
fsync = on
max_connections = 300
shared_buffers = 256MB
max_wal_size = 2GB
log_min_messages = warning
CONF
  fi
  if ! as_user postgres "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
    as_user postgres "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -o "-p $port" -w -t 60 start >/dev/null || { tail -n 20 "$dir/log" >&2; return 1; }
  fi
  password=$(cat "$dir/password")
  local admin=(env PGPASSWORD="$password" "$bin/psql" -h 127.0.0.1 -p "$port" -U dr -d postgres -qAt)
  [ "$("${admin[@]}" -c "select 1 from pg_database where datname = 'dr'")" = 1 ] || "${admin[@]}" -c "create database dr"
  echo "Host=127.0.0.1;Port=$port;Database=dr;Username=dr;Password=$password"
}

# postgres_down DIR [MODE]: fast by default; 'immediate' is a crash.
postgres_down() {
  local dir=$1/postgres bin
  bin=$(postgres_bin) || return 0
  [ -f "$dir/data/postmaster.pid" ] || return 0
  as_user postgres "$bin/pg_ctl" -D "$dir/data" -m "${2:-fast}" -w stop >/dev/null 2>&1 || true
}

rabbit_env() {
  local dir=$1/rabbitmq port=$2
  export RABBITMQ_NODENAME="dr$port@localhost" RABBITMQ_NODE_PORT=$port RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
  export RABBITMQ_DIST_PORT=$((port + 1)) ERL_EPMD_PORT=$((port + 2)) ERL_EPMD_ADDRESS=127.0.0.1
  export RABBITMQ_MNESIA_BASE=$dir/mnesia RABBITMQ_LOG_BASE=$dir/log RABBITMQ_PID_FILE=$dir/pid
  export RABBITMQ_CONFIG_FILE=$dir/rabbitmq RABBITMQ_ENABLED_PLUGINS_FILE=$dir/enabled_plugins RABBITMQ_CONF_ENV_FILE=$dir/env.conf
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" HOME=$dir ERL_CRASH_DUMP=$dir/crash.dump
}

# rabbit_up DIR PORT: starts it and prints its address.
rabbit_up() {
  local dir=$1/rabbitmq port=$2 password
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || { echo "RabbitMQ is not installed: apt-get install rabbitmq-server" >&2; return 1; }
  mkdir -p "$dir/log"
  chmod 700 "$dir"
  [ -f "$dir/password" ] || (umask 077 && secret >"$dir/password")
  password=$(cat "$dir/password")
  printf '[].' >"$dir/enabled_plugins"
  : >"$dir/env.conf"
  (umask 077 && cat >"$dir/rabbitmq.conf" <<CONF
listeners.tcp.default = 127.0.0.1:$port
default_user = dr
default_pass = $password
log.file.level = warning
CONF
  )
  own rabbitmq "$dir"
  if ! rabbit_ctl "$1" "$port" -q --timeout 10 ping >/dev/null 2>&1; then
    (
      rabbit_env "$1" "$port"
      as_user rabbitmq setsid /usr/lib/rabbitmq/bin/rabbitmq-server >"$dir/out" 2>&1 </dev/null &
    )
    rabbit_ctl "$1" "$port" -q --timeout 120 wait "$dir/pid" >/dev/null 2>&1 || { tail -n 20 "$dir/out" >&2; return 1; }
    rabbit_ctl "$1" "$port" -q --timeout 120 await_startup >/dev/null 2>&1 || { tail -n 20 "$dir/out" >&2; return 1; }
  fi
  echo "amqp://dr:$password@127.0.0.1:$port/"
}

rabbit_ctl() {
  (
    rabbit_env "$1" "$2"
    shift 2
    as_user rabbitmq /usr/lib/rabbitmq/bin/rabbitmqctl "$@"
  )
}

# rabbit_down DIR PORT: stops the node and the port mapper that it started.
rabbit_down() {
  local dir=$1/rabbitmq
  [ -f "$dir/pid" ] || return 0
  rabbit_ctl "$1" "$2" -q stop "$dir/pid" >/dev/null 2>&1 || true
  (
    rabbit_env "$1" "$2"
    epmd -kill >/dev/null 2>&1 || true
  )
}
