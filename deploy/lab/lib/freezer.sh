# shellcheck shell=bash
# The freezer cgroup of a host: version 1 where it is mounted, else version 2. Every process of the
# host is in it, so freezing it stops the whole host between two instructions.

if [ -d /sys/fs/cgroup/freezer ]; then
  FREEZER=/sys/fs/cgroup/freezer/drorchestrator-lab
  set_frozen() { if [ "$2" = 1 ]; then echo FROZEN; else echo THAWED; fi >"$FREEZER/$1/freezer.state"; }
  is_frozen() { [ "$(cat "$FREEZER/$1/freezer.state" 2>/dev/null)" = FROZEN ]; }
else
  FREEZER=/sys/fs/cgroup/drorchestrator-lab
  set_frozen() { echo "$2" >"$FREEZER/$1/cgroup.freeze"; }
  is_frozen() { grep -q 'frozen 1' "$FREEZER/$1/cgroup.events" 2>/dev/null; }
fi

ensure_freezer() { mkdir -p "$FREEZER/$1"; }
processes_in_freezer() { cat "$FREEZER/$1/cgroup.procs" 2>/dev/null || true; }
remove_freezers() {
  local folder
  for folder in "$FREEZER"/*/ "$FREEZER"; do [ ! -d "$folder" ] || rmdir "$folder"; done
}
