#!/bin/bash
# Builds stand-ins for the images of others from Debian's packages, where no registry of images can be reached, and ours on
# top of them. They carry this machine's certificates: never push them. Needs root, mmdebstrap and Kafka's jars.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
certificates=/etc/ssl/certs/ca-certificates.crt
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT

base() {
  printf 'APT::Keep-Downloaded-Packages "false";\nDPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };\nAcquire::Languages "none";\n' >"$t/docker-clean"
  mmdebstrap --quiet --variant=minbase --include=ca-certificates,python3,python3-venv,python3-pip \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='ln -s python3 "$1/usr/bin/python"' \
    --customize-hook='rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED' \
    --customize-hook="copy-in $certificates /etc/ssl/certs" --customize-hook="copy-in $t/docker-clean /etc/apt/apt.conf.d" bookworm - |
    docker import --change "ENV LANG=C.UTF-8 SSL_CERT_FILE=$certificates PIP_CERT=$certificates" --change 'CMD ["python3"]' - local/python:3.11
}

docker image inspect local/python:3.11 >"$t/inspected" 2>&1 || base
rm -rf kafka-libs && cp -r "$root/infra/kafka/target/dependency" kafka-libs
for image in postgres kafka nginx; do
  docker build -q --network host --target "$image" -t "local/$image:stand-in" .
done
cd "$root"
given=(--build-arg BASE_IMAGE=local/python:3.11 --build-arg DOOR_IMAGE=local/nginx:stand-in)
docker build -q --network host "${given[@]}" --target app -t cchc:local .
docker build -q --network host "${given[@]}" --target door -t cchc-door:local .
