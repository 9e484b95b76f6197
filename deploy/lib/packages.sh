# shellcheck shell=bash
# What the product's own scripts install. Sourced.

# install_packages NAME...: only what is missing, so that a second run needs no network.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || { echo "As root first: apt-get install ${missing[*]}" >&2; return 1; }
  echo "installing ${missing[*]}" >&2
  # Without init there is nothing to start the services; policy-rc.d keeps Debian's scripts from trying elsewhere.
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq update >/dev/null
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=600 -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
}

need_dotnet() {
  if command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then return; fi
  if [ "$(id -u)" = 0 ] && apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then
    install_packages dotnet-sdk-10.0
  else
    echo "The .NET SDK 10 is missing and no package source of this machine has dotnet-sdk-10.0. Install it as https://learn.microsoft.com/dotnet/core/install/linux-debian says, then run this again." >&2
    return 1
  fi
}

# build PROJECT...: Release, from the locked packages.
build() {
  local project
  for project in "$@"; do
    dotnet build "$project" -c Release --nologo -v quiet -clp:NoSummary -p:RunAnalyzers=false -p:RestoreLockedMode=true >&2
  done
}
