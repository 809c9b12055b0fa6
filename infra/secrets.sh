#!/usr/bin/env bash
# Writes the secrets of docker-compose.yml into .env, which is ignored by git. What is there already is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
touch .env
chmod 600 .env
for name in POSTGRES SURVEY TASKS INDICATORS FOLDER GATEWAY STREAMS; do
  grep -q "^${name}_PASSWORD=" .env && continue
  printf '%s_PASSWORD=%s\n' "$name" "$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')" >>.env
done
