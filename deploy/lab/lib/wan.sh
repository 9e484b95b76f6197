# shellcheck shell=bash
# The link between the sites, and cutting a site off. Needs network.sh.

WAN_SHAPE=$LAB_STATE/run/wan/shape # "RATE_MBIT DELAY_MS CUT", read by the delay line
WAN_PROCESS=$LAB_STATE/run/wan/process

wan_shape() { cat "$WAN_SHAPE" 2>/dev/null || echo "200 10 none"; }

# set_wan RATE_MBIT DELAY_MS CUT
set_wan() {
  mkdir -p "$LAB_STATE/run/wan"
  echo "$1 $2 $3" >"$WAN_SHAPE.new"
  mv "$WAN_SHAPE.new" "$WAN_SHAPE"
  local pid
  pid=$(remembered_process "$WAN_PROCESS") && kill -HUP "$pid"
  return 0
}

ensure_wan() {
  local rate delay
  read -r rate delay _ <<<"$(wan_shape)"
  set_wan "$rate" "$delay" none
  remembered_process "$WAN_PROCESS" >/dev/null && return
  # A higher priority: late frames on a busy machine would be a slower WAN than was asked for.
  nice -n -10 setsid "$LAB_STATE/bin/delay-line" "$(namespace_of site-a)" "$(namespace_of site-b)" "$WAN_SHAPE" \
    </dev/null >"$LAB_STATE/run/wan/log" 2>&1 9>&- &
  remember_process "$WAN_PROCESS" $!
}

stop_wan() {
  local pid
  pid=$(remembered_process "$WAN_PROCESS") || return 0
  kill "$pid"
  wait_until 5 "the delay line to stop" test ! -e "/proc/$pid"
}

# A site is cut at its own switch, on every cable that leaves it, by dropping what arrives (in) or
# what leaves (out): nothing tells either end, as with a failed provider.
cut_site() {
  local place hook
  place=site-$1
  hook=$([ "$2" = in ] && echo ingress || echo egress)
  heal_site "$1" "$2"
  in_place "$place" nft -f - <<NFT
table netdev cut-$2 {
  chain drop-all {
    type filter hook $hook devices = { wan, orch, orch-guests, w } priority -300; policy drop;
  }
}
NFT
}

heal_site() { # heal_site SITE in|out
  in_place "site-$1" nft delete table netdev "cut-$2" 2>/dev/null || true
}

site_cuts() { in_place "site-$1" nft list tables 2>/dev/null | sed -nE 's/^table netdev cut-//p' | xargs; }
