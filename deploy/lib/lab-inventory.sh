# shellcheck shell=bash
# The lab as an inventory of the product. Sourced.

# lab_inventory STATE GUESTS_JSON: prints inventory.yaml for the lab's four hosts and its guests.
lab_inventory() {
  local pki=$1/pki/orch host site address
  cat <<YAML
version: 1
sites:
  - name: A
    description: The lab's primary site
  - name: B
    description: The lab's secondary site
hosts:
YAML
  for host in a1 a2 b1 b2; do
    site=${host:0:1}
    address=10.$([ "$site" = a ] && echo 1 || echo 2).1.1${host:1}
    cat <<YAML
  - name: $host
    site: ${site^^}
    driver: libvirt
    address: qemu+tls://$host/system?pkipath=$pki
    # Inside a host the client certificate is where libvirt looks for it.
    peerAddress: qemu+tls://$host/system
    migrationAddress: $address
YAML
  done
  cat <<YAML
links:
  - from: A
    to: B
    bandwidthMegabits: 200
guestChecks:
  vms:
YAML
  jq -r 'unique_by(.name)[] | select(.name | startswith("vm-")) | "    - vm: \(.name)\n      url: http://\(.ip)/status\n      bootIdField: boot\n      counterField: ticks"' <<<"$2"
}
