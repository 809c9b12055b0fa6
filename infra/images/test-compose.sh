#!/bin/bash
# Runs tests/compose. Where no Docker engine answers, and root may install one, it starts Debian's own beside everything
# else, builds stand-ins for the images of others from Debian's packages, and takes the engine down again afterwards.
set -euo pipefail
cd "$(dirname "$0")/../.."

if docker info >/dev/null 2>&1; then
  make -s images
else
  if [ "$(id -u)" != 0 ]; then
    echo "no Docker engine answers: start one, or run this as root" >&2
    exit 1
  fi
  for package in docker.io mmdebstrap; do
    dpkg -s "$package" >/dev/null 2>&1 ||
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
  done
  export DK=${DK:-${TMPDIR:-/tmp}/cchc-engine}
  export DOCKER_CONFIG=$DK/cfg DOCKER_HOST=unix://$DK/s.sock
  infra/images/engine.sh start
  trap 'infra/images/engine.sh stop' EXIT
  infra/images/compose-plugin.sh "$DOCKER_CONFIG"
  infra/images/build.sh
  export POSTGRES_IMAGE=local/postgres:stand-in KAFKA_IMAGE=local/kafka:stand-in
fi
CCHC_TEST_COMPOSE=yes .venv/bin/python -m pytest tests/compose
