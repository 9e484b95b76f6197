# shellcheck shell=bash
# Guests: what they are called, where they start and how they are defined. Needs network.sh.
#
# A guest's name says its home host (vm-a1-3); address, MAC and UUID follow from the name, so they
# stay the same over every move and every life of the lab.

declare -A HOST_NUMBER=([a1]=1 [a2]=2 [b1]=3 [b2]=4)
guest_home() { local rest=${1#vm-}; echo "${rest%-*}"; }
guest_number() { echo "${1##*-}"; }
guest_address() { local rest=${1#vm-}; echo "10.9.${HOST_NUMBER[${rest%-*}]}.${1##*-}"; }
guest_mac() { local rest=${1#vm-}; printf '52:54:00:09:%02x:%02x' "${HOST_NUMBER[${rest%-*}]}" "${1##*-}"; }
guest_local_address() {
  local home
  home=$(guest_home "$1")
  echo "10.8.$(site_number "$(site_of_host "$home")").$(($(guest_number "$1") + 100 * (${home:1} - 1)))"
}
guest_uuid() {
  local sum
  sum=$(md5sum < <(printf %s "$1"))
  echo "${sum:0:8}-${sum:8:4}-4${sum:13:3}-8${sum:17:3}-${sum:20:12}"
}

# The same path on every host: below images it is the host's own folder, below shared one folder
# that all hosts see, as a stretched SAN would be.
local_disk_path() { echo "/var/lib/libvirt/images/$1.qcow2"; }
shared_disk_path() { echo "$LAB_STATE/shared/$1.qcow2"; }

# domain_xml NAME MEMORY_MIB DIRTY_MIB_PER_S WORKING_SET_MIB DISK_PATH LOCAL_NETWORK(0|1)
domain_xml() {
  local name=$1 memory=$2 dirty=$3 working_set=$4 disk=$5 local_network=$6 options type=qemu accelerator
  options="lab.name=$name lab.ip=$(guest_address "$name")/16 lab.dirty=$dirty lab.ws=$working_set"
  # A small translation cache: with QEMU's own default eight guests would not fit in memory.
  accelerator="<tcg><tb-cache unit='MiB'>32</tb-cache></tcg>"
  if has_kvm; then type=kvm accelerator=; fi
  [ "$local_network" = 1 ] && options+=" lab.local=$(guest_local_address "$name")/24 lab.gateway=$(guest_local_address "$name" | sed 's/[0-9]*$/254/')"
  cat <<XML
<domain type='$type' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>$name</name>
  <uuid>$(guest_uuid "$name")</uuid>
  <memory unit='MiB'>$memory</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>
    <kernel>$LAB_STATE/guest/vmlinux</kernel>
    <initrd>$LAB_STATE/guest/initrd.gz</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 $options</cmdline>
  </os>
  <features><acpi/>$accelerator</features>
  <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
$(disk_xml "$disk")
$(interface_xml guest "$(guest_mac "$name")")
$([ "$local_network" = 0 ] || interface_xml local "$(guest_mac "$name" | sed 's/:00:09:/:00:08:/')")
    <serial type='file'><source path='/var/log/libvirt/$name.console'/><target port='0'/></serial>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-qmp'/>
    <qemu:arg value='unix:/run/qmp/$name.sock,server=on,wait=off'/>
  </qemu:commandline>
</domain>
XML
}

disk_xml() {
  [ -z "$1" ] || echo "    <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' discard='unmap'/><source file='$1'/><target dev='vda' bus='virtio'/></disk>"
}

interface_xml() {
  echo "    <interface type='bridge'><mac address='$2'/><source bridge='$1'/><model type='virtio'/><rom enabled='no'/></interface>"
}

# virsh on a host, over its own socket: it works while the host is cut off from everyone.
virsh_on() { local host=$1; shift; timeout 60 nsenter -t "$(host_init "$host")" -n -m -u -i -p -- virsh -q "$@"; }

# "NAME HOST STATE" of every defined or running guest on every host that is on and not frozen.
list_guests() {
  local host job jobs=()
  for host in "${HOSTS[@]}"; do
    host_is_on "$host" && ! is_frozen "$host" || continue
    # All hosts at once: one that migrates answers slowly.
    virsh_on "$host" list --all | awk -v host="$host" 'NF > 2 { state = $3; for (i = 4; i <= NF; i++) state = state "-" $i; all = all $2 " " host " " state "\n" } END { printf "%s", all }' &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job" || { say "a host did not say which guests it has"; return 1; }; done
}

guest_answers() { in_place orch curl -fs -m 2 -o /dev/null "http://$(guest_address "$1")/status"; }
