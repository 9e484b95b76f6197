# shellcheck shell=bash
# A throw-away certificate authority, one certificate per host and one for the orchestrator. Made
# anew for each life of the lab, valid for 30 days, never in the tree.

PKI=$LAB_STATE/pki

ensure_pki() {
  local host
  [ -e "$PKI/.complete" ] && return
  rm -rf "$PKI"
  (
    umask 077
    mkdir -p "$PKI"
    openssl ecparam -name prime256v1 -genkey -noout -out "$PKI/ca-key.pem"
    openssl req -x509 -new -key "$PKI/ca-key.pem" -sha256 -days 30 -subj "/CN=DrOrchestrator lab" -out "$PKI/ca.pem" \
      -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
    for host in "${HOSTS[@]}"; do
      issue_certificate "$host" "DNS:$host,DNS:$host-mig,IP:$(management_address "$host"),IP:$(migration_address "$host")"
    done
    issue_certificate orch "DNS:orch,IP:10.0.11.2,IP:10.0.12.2"
    touch "$PKI/.complete"
  )
}

# A host is server and client at once: libvirtd and QEMU take calls from, and make calls to, peers.
issue_certificate() {
  local name=$1 names=$2 folder=$PKI/$1
  mkdir -p "$folder"
  openssl ecparam -name prime256v1 -genkey -noout -out "$folder/server-key.pem"
  openssl req -new -key "$folder/server-key.pem" -subj "/CN=$name" -out "$folder/request.pem" 2>/dev/null
  openssl x509 -req -in "$folder/request.pem" -CA "$PKI/ca.pem" -CAkey "$PKI/ca-key.pem" -CAcreateserial \
    -days 30 -sha256 -out "$folder/server-cert.pem" -extfile <(
      echo "basicConstraints=CA:FALSE"
      echo "keyUsage=critical,digitalSignature,keyEncipherment"
      echo "extendedKeyUsage=serverAuth,clientAuth"
      echo "subjectAltName=$names"
    ) 2>/dev/null
  rm "$folder/request.pem"
  # The same pair under each name that QEMU and libvirt look for.
  (
    cd "$folder"
    cp ../ca.pem ca-cert.pem
    cp ../ca.pem cacert.pem
    local end
    for end in client-cert clientcert; do cp server-cert.pem "$end.pem"; done
    for end in client-key clientkey; do cp server-key.pem "$end.pem"; done
  )
}
