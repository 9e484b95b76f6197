# shellcheck shell=bash
# A host: network, mount, uts, ipc and pid namespaces of its own, with a libvirtd that believes it
# has a machine to itself. Needs network.sh and freezer.sh.

# Where each host mounts its own folders over.
# shellcheck disable=SC2034  # read by up and down
MACHINE_FOLDERS=(/var/lib/libvirt /var/log/libvirt /var/cache/libvirt)

host_folder() { echo "$LAB_STATE/hosts/$1"; }
host_init() { remembered_process "$(host_folder "$1")/init"; }
host_is_on() { host_init "$1" >/dev/null; }

in_host() { # in_host HOST COMMAND...
  local pid
  pid=$(host_init "$1") || die "host $1 is off"
  shift
  nsenter -t "$pid" -n -m -u -i -p -- "$@"
}

write_host_files() {
  local host=$1 folder
  folder=$(host_folder "$host")
  # What a real host keeps over a power cycle: definitions, images, identity.
  mkdir -p "$folder"/{qmp,log,var/qemu,var/images,var/boot,cache,etc/upper,etc/work,libvirt/qemu,libvirt/hooks,libvirt/nwfilter,libvirt/storage/autostart}
  [ -s "$folder/uuid" ] || cat /proc/sys/kernel/random/uuid >"$folder/uuid"
  # Its own copy: bash reads a script as it runs it, and the tree may change under a running lab.
  cp "$here/lib/host-init" "$folder/host-init"
  write_host_etc "$host" "$folder/etc/upper"
  write_libvirtd_conf "$host" >"$folder/libvirt/libvirtd.conf"
  write_qemu_conf "$host" >"$folder/libvirt/qemu.conf"
  write_pool "$folder/libvirt/storage" images /var/lib/libvirt/images
  write_pool "$folder/libvirt/storage" shared "$LAB_STATE/shared"
}

# The pools of the host's own and of the shared storage: through them the destination of a migration
# makes the disk to copy to, and the orchestrator makes and removes volumes.
write_pool() {
  local folder=$1 name=$2 path=$3
  cat >"$folder/$name.xml" <<XML
<pool type='dir'>
  <name>$name</name>
  <target><path>$path</path></target>
</pool>
XML
  ln -sf "../$name.xml" "$folder/autostart/$name.xml"
}

# /etc/pki is where libvirt looks for its client certificate when it calls a peer.
write_host_etc() {
  local host=$1 etc=$2
  mkdir -p "$etc/pki/CA" "$etc/pki/libvirt/private"
  chmod 700 "$etc/pki"
  cp "/etc/netns/$(namespace_of "$host")/hosts" "$etc/hosts"
  echo "$host" >"$etc/hostname"
  # libvirt insists that its default user exists, though here QEMU runs as root. The machine's own
  # files stay as they are.
  cp /etc/passwd /etc/group "$etc/"
  grep -q ^libvirt-qemu: "$etc/passwd" || echo "libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin" >>"$etc/passwd"
  grep -q ^libvirt-qemu: "$etc/group" || echo "libvirt-qemu:x:64055:" >>"$etc/group"
  cp "$PKI/ca.pem" "$etc/pki/CA/cacert.pem"
  cp "$PKI/$host/clientcert.pem" "$etc/pki/libvirt/clientcert.pem"
  cp -p "$PKI/$host/clientkey.pem" "$etc/pki/libvirt/private/clientkey.pem"
}

# TCP asks for no password: it is reachable only inside the lab's own namespaces.
write_libvirtd_conf() {
  cat <<CONF
host_uuid = "$(cat "$(host_folder "$1")/uuid")"
listen_addr = "0.0.0.0"
listen_tcp = 1
listen_tls = 1
auth_tcp = "none"
auth_tls = "none"
auth_unix_rw = "none"
unix_sock_dir = "/run/libvirt"
ca_file = "$PKI/$1/ca-cert.pem"
cert_file = "$PKI/$1/server-cert.pem"
key_file = "$PKI/$1/server-key.pem"
keepalive_interval = 2
keepalive_count = 3
max_clients = 200
max_workers = 40
prio_workers = 10
max_client_requests = 40
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
CONF
}

write_qemu_conf() {
  cat <<CONF
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
migration_address = "$(migration_address "$1")"
migration_host = "$(migration_address "$1")"
migration_port_min = 49152
migration_port_max = 49215
keepalive_interval = 2
keepalive_count = 3
max_queued = 0
default_tls_x509_cert_dir = "$PKI/$1"
default_tls_x509_verify = 1
CONF
}

power_on() {
  local host=$1 folder namespace pid
  namespace=$(namespace_of "$host")
  folder=$(host_folder "$host")
  host_is_on "$host" && return
  power_off "$host" # what a killed init may have left
  write_host_files "$host"
  ensure_freezer "$host"
  rm -f "$folder"/qmp/*.sock
  # The subshell enters the cgroup first, so that the host never has a process outside it.
  (
    echo "$BASHPID" >"$FREEZER/$host/cgroup.procs"
    exec ip netns exec "$namespace" setsid \
      unshare --mount --uts --ipc --pid --fork --kill-child \
      "$folder/host-init" "$host" "$folder" "$LAB_CACHE/overlay"
  ) </dev/null >"$folder/log/console" 2>&1 9>&- &
  pid=$!
  wait_until 5 "host $host to get its first process" remember_init "$host" "$pid" || die "see $folder/log/console"
  plug_host "$host" up
}

# The child of unshare is the first process of the host's pid namespace.
remember_init() {
  local child
  child=$(cat "/proc/$2/task/$2/children")
  child=${child% }
  [ -n "$child" ] && [ "$(cat "/proc/$child/comm")" = host-init ] && remember_process "$(host_folder "$1")/init" "$child"
}

# Power off is silent for everyone else: the cables go first, so that no dying kernel sends a reset.
# Then every process is killed, not only the first: SIGKILL reaches a frozen process at its thaw
# only, and threads of a host of which only the first process was killed run on for a moment then.
power_off() {
  local host=$1
  if has_namespace "$host"; then plug_host "$host" down; fi
  if [ -d "$FREEZER/$host" ]; then
    stop_processes KILL "$(processes_in_freezer "$host")"
    set_frozen "$host" 0
    wait_until 10 "every process of $host to die" kill_what_is_left "$host" || die "$host has processes that do not die"
  fi
  rm -f "$(host_folder "$host")/init"
}

kill_what_is_left() {
  local left
  left=$(processes_in_freezer "$1")
  [ -z "$left" ] && return
  stop_processes KILL "$left"
  return 1
}

libvirtd_of() { # its process id as the machine sees it
  local pid
  for pid in $(processes_in_freezer "$1"); do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = libvirtd ] && echo "$pid"
  done
}

libvirtd_answers() { in_place orch timeout 5 virsh -q -c "qemu+tcp://$1/system" uri; }
