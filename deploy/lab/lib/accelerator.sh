# shellcheck shell=bash
# KVM where it carries a guest, TCG elsewhere. That /dev/kvm opens proves little: under a hypervisor that
# nests KVM in software it does, and the guest's kernel stops or spins on an instruction nobody carries out.

ACCELERATOR=$LAB_CACHE/accelerator # "BOOT kvm|tcg": asked once per boot of the machine

# DR_LAB_ACCELERATOR=kvm|tcg skips the question.
ensure_accelerator() {
  local boot seen
  boot=$(</proc/sys/kernel/random/boot_id)
  case ${DR_LAB_ACCELERATOR:-} in
    kvm | tcg) seen=$DR_LAB_ACCELERATOR ;;
    '') [ "$(cut -d' ' -f1 "$ACCELERATOR" 2>/dev/null)" = "$boot" ] && return; seen=$(kvm_carries_a_guest && echo kvm || echo tcg) ;;
    *) die "DR_LAB_ACCELERATOR is kvm or tcg, not '$DR_LAB_ACCELERATOR'" ;;
  esac
  echo "$boot $seen" >"$ACCELERATOR"
}

has_kvm() { [ "$(cut -d' ' -f2 "$ACCELERATOR" 2>/dev/null)" = kvm ]; }

# Boots the lab's own guest with the processor that the lab's guests have, until its program speaks.
kvm_carries_a_guest() {
  [ -c /dev/kvm ] && [ -w /dev/kvm ] || return 1
  local console
  console=$(mktemp "$LAB_STATE/kvm.XXXXXX")
  timeout -k 1 10 qemu-system-x86_64 -machine pc-i440fx-7.2,accel=kvm -cpu qemu64 -m 256 -no-reboot -display none -nodefaults \
    -kernel "$LAB_STATE/guest/vmlinux" -initrd "$LAB_STATE/guest/initrd.gz" \
    -append "console=ttyS0 quiet panic=-1 lab.name=probe" -serial "file:$console" </dev/null >/dev/null 2>&1 9>&- &
  local emulator=$! answer=1
  while kill -0 "$emulator" 2>/dev/null; do
    if grep -q "AGENT READY" "$console"; then answer=0; break; fi
    sleep 0.1
  done
  kill "$emulator" 2>/dev/null
  wait "$emulator" 2>/dev/null
  rm -f "$console"
  [ "$answer" = 0 ] || say "/dev/kvm is here and carried no guest within 10 s: TCG it is"
  return "$answer"
}
