# shellcheck shell=bash
# What the lab needs from the distribution. Sourced by install, up and status.
#
# QEMU 7.2 corrupts guest memory in live migration under TCG (5 of 100 direct migrations, against
# 0 of 80 with 10.0.2), and reports success. So a machine whose own QEMU is older than 10 gets
# QEMU and libvirt of the distribution's backports, unpacked in the cache folder and laid over
# /usr inside the hosts only; the machine itself keeps its packages.

# libvirt-clients is the independent client of the tests; libvirt-daemon and QEMU bring the libraries that
# the newer ones need too. None of these starts a service (libvirt-daemon-system would).
MACHINE_PACKAGES=(libvirt0 libvirt-clients libvirt-daemon qemu-system-x86 qemu-utils busybox-static
  openssl iproute2 nftables util-linux cpio curl jq lz4 xz-utils zstd gcc libc6-dev libjson-c5 libbsd0)
OVERLAY_PACKAGES=(qemu-system-x86 qemu-system-common qemu-system-data qemu-utils seabios libvirt0
  libvirt-common libvirt-clients libvirt-daemon libvirt-daemon-common libvirt-daemon-log
  libvirt-daemon-driver-qemu libvirt-daemon-driver-storage)
# On a machine whose own QEMU is new enough, the drivers that Debian 12 still ships in libvirt-daemon.
NEWER_MACHINE_PACKAGES=(libvirt-daemon-driver-qemu libvirt-daemon-driver-storage)
OVERLAY=$LAB_CACHE/overlay
APT_LISTS=$LAB_CACHE/apt

apt_quietly() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o APT::Sandbox::User=root "$@"
}

own_qemu_major() { /usr/bin/qemu-system-x86_64 --version 2>/dev/null | sed -nE '1s/.*version ([0-9]+)\..*/\1/p'; }
needs_overlay() { [ "$(own_qemu_major)" -lt 10 ]; }

install_packages() {
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  apt_quietly update || say "apt-get update failed; trying with the lists at hand"
  apt_quietly install -y --no-install-recommends "${missing[@]}" >/dev/null
}

# The line for backports is the machine's own source of its main suite with the suite replaced, so
# the mirror stays the machine's. Backports are signed with the distribution's own keyring.
backports_source() {
  local codename keyring=/usr/share/keyrings/debian-archive-keyring.gpg signed=
  # shellcheck disable=SC1091
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  [ -e "$keyring" ] && signed="[signed-by=$keyring] "
  # shellcheck disable=SC2016  # the dollars are apt's
  apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$codename" -v signed="$signed" \
      '$2 == suite && $3 == "main" && !done { print "deb " signed $1 " " suite "-backports main"; done = 1 }'
}

download_overlay() {
  [ -e "$OVERLAY/.complete" ] && return
  local source
  source=$(backports_source)
  [ -n "$source" ] || die "no apt source of this machine offers its main suite; cannot derive backports"
  say "fetching QEMU 10 and libvirt 11 of backports"
  rm -rf "$OVERLAY" "$APT_LISTS"
  mkdir -p "$OVERLAY" "$APT_LISTS"/{sources,lists/partial,debs}
  echo "$source" >"$APT_LISTS/sources/backports.list"
  local apt=(apt_quietly -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$APT_LISTS/sources"
    -o "Dir::State::lists=$APT_LISTS/lists")
  "${apt[@]}" update
  (cd "$APT_LISTS/debs" && "${apt[@]}" download "${OVERLAY_PACKAGES[@]}")
  local deb
  for deb in "$APT_LISTS"/debs/*.deb; do dpkg -x "$deb" "$OVERLAY"; done
  rm -rf "$APT_LISTS"
  touch "$OVERLAY/.complete"
}

# The guests' kernel: the distribution's cloud kernel, taken out of its compressed wrapper, because
# the bare ELF boots through PVH in half the time.
download_kernel() {
  [ -e "$LAB_CACHE/kernel/.complete" ] && return
  local package work=$LAB_CACHE/kernel-package
  package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
  [ -n "$package" ] || die "apt knows no linux-image-cloud-amd64"
  say "fetching $package for the guests"
  rm -rf "$work" "$LAB_CACHE/kernel"
  mkdir -p "$work" "$LAB_CACHE/kernel/modules"
  (cd "$work" && apt_quietly download "$package" && dpkg -x ./*.deb .)
  unpack_kernel "$work"/boot/vmlinuz-* "$LAB_CACHE/kernel/vmlinux"
  find "$work" -name '*.ko*' \( -path '*virtio*' -o -name '*failover*' \) -exec cp {} "$LAB_CACHE/kernel/modules" \;
  find "$LAB_CACHE/kernel/modules" -name '*.xz' -exec xz -d {} +
  rm -rf "$work"
  touch "$LAB_CACHE/kernel/.complete"
}

# unpack_kernel VMLINUZ TARGET: looks for the payload by its magic number, as the kernel's own
# extract-vmlinux does.
unpack_kernel() {
  local name magic offset
  while read -r name magic; do
    for offset in $(LC_ALL=C grep -obUaP "$magic" "$1" | cut -d: -f1); do
      tail -c "+$((offset + 1))" "$1" | "$name" -dc >"$2" 2>/dev/null || true
      [ "$(head -c 4 "$2" | tr -d '\177')" = ELF ] && return
    done
  done <<'MAGIC'
lz4 \x02\x21\x4c\x18
zstd \x28\xb5\x2f\xfd
xz \xfd7zXZ\x00
gzip \x1f\x8b\x08
MAGIC
  die "no known compression in $1"
}
