# shellcheck shell=bash
# Compiles the lab's two programs and packs the guests' initramfs, when the sources are newer.
# $here is deploy/lab.

newer_than() { # newer_than TARGET SOURCE...
  local target=$1 source
  shift
  [ -e "$target" ] || return 0
  for source in "$@"; do [ "$source" -nt "$target" ] && return 0; done
  return 1
}

build_delay_line() {
  local target=$LAB_STATE/bin/delay-line
  newer_than "$target" "$here"/link/*.c || return 0
  mkdir -p "$LAB_STATE/bin"
  # Built beside and moved: the one that runs keeps its own file.
  gcc -O2 -Wall -Wextra -o "$target.new" "$here"/link/*.c
  mv "$target.new" "$target"
}

build_guest() {
  local target=$LAB_STATE/guest/initrd.gz root module
  newer_than "$target" "$here"/guest/* "$LAB_CACHE/kernel/vmlinux" || return 0
  mkdir -p "$LAB_STATE/guest"
  root=$(mktemp -d "$LAB_STATE/guest/root.XXXXXX")
  mkdir -p "$root"/{bin,lib,proc,sys,dev,tmp}
  gcc -O2 -Wall -Wextra -static -pthread -o "$root/bin/agent" "$here"/guest/*.c
  cp /bin/busybox "$root/bin/busybox"
  cp "$here/guest/init" "$root/init"
  chmod 755 "$root/init"
  for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci failover net_failover virtio_net virtio_blk; do
    cp "$LAB_CACHE/kernel/modules/$module.ko" "$root/lib/" 2>/dev/null || true # absent where built in
  done
  (cd "$root" && find . | cpio -o -H newc --quiet | gzip -6 >"$target.new")
  rm -rf "$root"
  cp "$LAB_CACHE/kernel/vmlinux" "$LAB_STATE/guest/vmlinux.new"
  mv "$LAB_STATE/guest/vmlinux.new" "$LAB_STATE/guest/vmlinux"
  mv "$target.new" "$target"
}
