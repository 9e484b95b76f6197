# shellcheck shell=bash
# Names, addresses and small functions that every command of the lab shares.
# Sourced, never run.

LAB_STATE=${DR_LAB_STATE:-/var/lib/drorchestrator-lab}
LAB_CACHE=${DR_LAB_CACHE:-/var/cache/drorchestrator-lab}

# shellcheck disable=SC2034  # read by the commands
HOSTS=(a1 a2 b1 b2)
# shellcheck disable=SC2034
SITES=(a b)
# Every place is a network namespace named dr-<place>; a host has more namespaces on top.
# shellcheck disable=SC2034
PLACES=(site-a site-b orch w probe-a probe-b a1 a2 b1 b2)

say() { printf '%s\n' "$*" >&2; }
die() { say "lab: $*"; exit 1; }

need_root() { [ "$(id -u)" = 0 ] || die "namespaces need root"; }
need_lab() { [ -d "$LAB_STATE/run" ] || die "the lab is not up (deploy/lab/up)"; }

# One command at a time changes the lab. The lock is on the state folder itself, so it leaves no
# file behind. Everything that stays running must be started with 9>&-, or it would keep the lock.
lock_lab() {
  mkdir -p "$LAB_STATE"
  exec 9<"$LAB_STATE"
  flock -w 300 9 || die "another lab command holds the lock"
}

namespace_of() { printf 'dr-%s' "$1"; }
site_of_host() { printf '%s' "${1:0:1}"; }
site_number() { case $1 in a) echo 1 ;; b) echo 2 ;; *) die "no such site: $1 (a or b)" ;; esac; }
other_site() { case $1 in a) echo b ;; b) echo a ;; esac; }
management_address() { echo "10.$(site_number "$(site_of_host "$1")").0.1${1:1}"; }
migration_address() { echo "10.$(site_number "$(site_of_host "$1")").1.1${1:1}"; }

need_host() {
  local h
  for h in "${HOSTS[@]}"; do [ "$h" = "$1" ] && return; done
  die "no such host: $1 (${HOSTS[*]})"
}

# A site may be written a, A, site-a.
site_name() {
  local s=${1,,}
  s=${s#site-}
  site_number "$s" >/dev/null
  echo "$s"
}

# wait_until SECONDS WHAT COMMAND...: polls, and says what did not happen.
wait_until() {
  local seconds=$1 what=$2 deadline
  shift 2
  deadline=$((${EPOCHREALTIME/./} + seconds * 1000000))
  until "$@" >/dev/null 2>&1; do
    [ "${EPOCHREALTIME/./}" -lt "$deadline" ] || { say "lab: after $seconds s still not: $what"; return 1; }
    sleep 0.1
  done
}

# A process is known by its id and its start time: an id alone may belong to a stranger by now.
# One that is dead and not yet reaped has none.
process_start_time() { awk '{sub(/.*\) /, ""); if ($1 != "Z") print $20}' "/proc/${1:-none}/stat" 2>/dev/null; }
remember_process() { echo "$2 $(process_start_time "$2")" >"$1"; }
remembered_process() {
  local pid started
  [ -s "$1" ] && read -r pid started <"$1" && [ -n "$started" ] &&
    [ "$(process_start_time "$pid")" = "$started" ] && echo "$pid"
}
