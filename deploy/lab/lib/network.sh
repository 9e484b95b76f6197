# shellcheck shell=bash
# The fabric: two site switches, the WAN between them, the orchestrator, the third place W and a
# probe in each site. Every function may be repeated and adds only what is missing.
#
# What keeps a partition a partition: between the sites there is only the WAN. The orchestrator and
# W each have their own links to both sites and forward nothing; the site switches forward to the
# other site through the WAN alone.

in_place() { local place=$1; shift; ip netns exec "$(namespace_of "$place")" "$@"; }
ip_in() { local place=$1; shift; ip -n "$(namespace_of "$place")" "$@"; }
has_link() { ip_in "$1" link show "$2" >/dev/null 2>&1; }
has_namespace() { [ -e "/run/netns/$(namespace_of "$1")" ]; }

ensure_namespace() {
  has_namespace "$1" || ip netns add "$(namespace_of "$1")"
  ip_in "$1" link set lo up
  in_place "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
}

# ensure_link PLACE NAME PLACE NAME [MTU]: a cable, both ends up.
ensure_link() {
  has_link "$1" "$2" || ip link add "$2" netns "$(namespace_of "$1")" type veth peer name "$4" netns "$(namespace_of "$3")"
  ip_in "$1" link set "$2" mtu "${5:-1500}" up
  ip_in "$3" link set "$4" mtu "${5:-1500}" up
}

ensure_bridge() {
  has_link "$1" "$2" || ip_in "$1" link add "$2" type bridge mcast_snooping 0
  ip_in "$1" link set "$2" mtu "${3:-1500}" up
}

join_bridge() { ip_in "$1" link set "$3" master "$2"; }
ensure_address() { ip_in "$1" addr replace "$3" dev "$2"; }
ensure_route() { ip_in "$1" route replace "$2" via "$3"; }

# Both an isolated port and an isolated port: the switch carries no frame from the one to the other.
# The orchestrator's leg and the stretch over the WAN are isolated, so the leg into a site reaches
# the guests that are in that site, and nothing travels A - orchestrator - B.
isolate_port() { bridge -n "$(namespace_of "$1")" link set dev "$2" isolated on; }

ensure_site() {
  local site=$1 n place=site-$1
  n=$(site_number "$site")
  ensure_namespace "$place"
  in_place "$place" sysctl -qw net.ipv4.ip_forward=1
  ensure_bridge "$place" mgmt
  ensure_bridge "$place" mig 9000
  ensure_bridge "$place" guest
  ensure_bridge "$place" local
  ensure_address "$place" mgmt "10.$n.0.254/24"
  ensure_address "$place" mig "10.$n.1.254/24"
  ensure_address "$place" local "10.8.$n.254/24"
}

# The WAN is a tap in each site; the delay line (wan.sh) carries frames between them. Management and
# migration are routed over it; the guest network is stretched over it in VXLAN.
ensure_wan_ends() {
  local site n peer place
  for site in "${SITES[@]}"; do
    n=$(site_number "$site")
    peer=$(site_number "$(other_site "$site")")
    place=site-$site
    has_link "$place" wan || in_place "$place" ip tuntap add dev wan mode tap
    ip_in "$place" link set wan mtu 9000 up
    ensure_address "$place" wan "10.0.3.$n/30"
    ensure_route "$place" "10.$peer.0.0/16" "10.0.3.$peer"
    ensure_route "$place" "10.8.$peer.0/24" "10.0.3.$peer"
    has_link "$place" stretch ||
      ip_in "$place" link add stretch type vxlan id 9 local "10.0.3.$n" remote "10.0.3.$peer" dstport 4789
    ip_in "$place" link set stretch mtu 1500 up
    join_bridge "$place" guest stretch
    isolate_port "$place" stretch
  done
}

# A place outside the sites: one routed link to each.
ensure_outside_place() {
  local place=$1 subnet=$2 site n
  ensure_namespace "$place"
  in_place "$place" sysctl -qw net.ipv4.ip_forward=0
  for site in "${SITES[@]}"; do
    n=$(site_number "$site")
    ensure_link "$place" "to-$site" "site-$site" "$place"
    ensure_address "$place" "to-$site" "10.0.$subnet$n.2/30"
    ensure_address "site-$site" "$place" "10.0.$subnet$n.1/30"
    ensure_route "$place" "10.$n.0.0/16" "10.0.$subnet$n.1"
    ensure_route "$place" "10.8.$n.0/24" "10.0.$subnet$n.1"
  done
}

# The orchestrator asks guests for their health, wherever they run: a leg into the guest network of
# each site, under one address, that never forwards between them.
ensure_orchestrator_guest_legs() {
  local site
  ensure_bridge orch guests
  ensure_address orch guests 10.9.255.1/16
  for site in "${SITES[@]}"; do
    ensure_link orch "guests-$site" "site-$site" orch-guests
    join_bridge orch guests "guests-$site"
    isolate_port orch "guests-$site"
    join_bridge "site-$site" guest orch-guests
    isolate_port "site-$site" orch-guests
  done
}

ensure_probe() {
  local site=$1
  ensure_namespace "probe-$site"
  ensure_link "probe-$site" guest "site-$site" probe
  join_bridge "site-$site" guest probe
  ensure_address "probe-$site" guest "10.9.254.$(site_number "$site")/16"
}

# A host's cables and addresses; they stay when the host is off, but unplugged (see hosts.sh).
ensure_host_network() {
  local host=$1 site n
  site=$(site_of_host "$host")
  n=$(site_number "$site")
  ensure_namespace "$host"
  ensure_link "$host" mgmt "site-$site" "mgmt-$host"
  join_bridge "site-$site" mgmt "mgmt-$host"
  ensure_link "$host" mig "site-$site" "mig-$host" 9000
  join_bridge "site-$site" mig "mig-$host"
  ensure_address "$host" mgmt "$(management_address "$host")/24"
  ensure_address "$host" mig "$(migration_address "$host")/24"
  ensure_route "$host" default "10.$n.0.254"
  ensure_route "$host" "10.$(site_number "$(other_site "$site")").1.0/24" "10.$n.1.254"
  local bridge
  for bridge in guest local; do
    ensure_bridge "$host" "$bridge"
    ensure_link "$host" "$bridge-up" "site-$site" "$bridge-$host"
    join_bridge "$host" "$bridge" "$bridge-up"
    join_bridge "site-$site" "$bridge" "$bridge-$host"
  done
}

plug_host() { # plug_host HOST up|down: the switch ports of its site
  local port
  for port in mgmt mig guest local; do ip_in "site-$(site_of_host "$1")" link set "$port-$1" "$2"; done
}

# `ip netns exec` shows these as /etc/hosts; the hosts get the same file. The orchestrator and W have
# an address on each of their links: a place is told the one it can reach by itself.
write_names() {
  local host place file outside
  for place in "${PLACES[@]}"; do
    file=/etc/netns/$(namespace_of "$place")/hosts
    mkdir -p "${file%/*}"
    case $place in orch | w) outside=3 ;; *a | a?) outside=1 ;; *) outside=2 ;; esac
    {
      echo "127.0.0.1 localhost"
      for host in "${HOSTS[@]}"; do
        echo "$(management_address "$host") $host"
        echo "$(migration_address "$host") $host-mig"
      done
      if [ "$outside" = 3 ]; then
        echo "10.0.30.1 orch"
        echo "10.0.30.2 w"
      else
        echo "10.0.1$outside.2 orch"
        echo "10.0.2$outside.2 w"
      fi
    } >"$file"
  done
}

ensure_network() {
  local site host
  write_names
  for site in "${SITES[@]}"; do ensure_site "$site"; done
  ensure_wan_ends
  ensure_outside_place orch 1
  ensure_outside_place w 2
  # The orchestrator reaches a witness at W without either site.
  ensure_link orch to-w w to-orch
  ensure_address orch to-w 10.0.30.1/30
  ensure_address w to-orch 10.0.30.2/30
  ensure_orchestrator_guest_legs
  for site in "${SITES[@]}"; do ensure_probe "$site"; done
  for host in "${HOSTS[@]}"; do ensure_host_network "$host"; done
}

# Whatever still runs inside a place goes first: a namespace with a process in it outlives its name.
remove_network() {
  local place namespace pid
  for place in "${PLACES[@]}"; do
    namespace=$(namespace_of "$place")
    has_namespace "$place" || continue
    stop_processes TERM "$(ip netns pids "$namespace")"
  done
  for place in "${PLACES[@]}"; do
    namespace=$(namespace_of "$place")
    if has_namespace "$place"; then
      wait_until 5 "processes of $place to stop" no_process_in "$namespace" ||
        for pid in $(ip netns pids "$namespace"); do kill -KILL "$pid" 2>/dev/null || true; done
      ip netns del "$namespace"
    fi
    rm -rf "/etc/netns/${namespace:?}"
  done
  rmdir /etc/netns 2>/dev/null || true
}

stop_processes() { local pid; for pid in $2; do kill "-$1" "$pid" 2>/dev/null || true; done; }
no_process_in() { [ -z "$(ip netns pids "$1")" ]; }
