#!/usr/bin/env bash
# Writes the secrets of docker-compose.yml into .env, or the file named, which git ignores. What is there already is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
file=${1:-.env}
umask 077
touch "$file"
chmod 600 "$file"
for name in POSTGRES SURVEY TASKS INDICATORS FOLDER GATEWAY STREAMS; do
  grep -q "^${name}_PASSWORD=" "$file" && continue
  printf '%s_PASSWORD=%s\n' "$name" "$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')" >>"$file"
done
