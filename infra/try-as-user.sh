#!/usr/bin/env bash
# Tries `make run` as a stranger would: a fresh clone, an ordinary user with an empty home, and a PATH on which java,
# psql, docker and node cannot be found. Prints how long the first and the second start took. Needs root, to make the user.
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
stranger=cchc-stranger-$$
place=$(mktemp -d /tmp/cchc-as-user-XXXXXX)
hidden='java|javac|mvn|psql|postgres|initdb|pg_ctl|docker|dockerd|node|nodejs|npm|npx|uv|chromium'
FIRST_WITHIN_SECONDS=${FIRST_WITHIN_SECONDS:-300}
SECOND_WITHIN_SECONDS=${SECOND_WITHIN_SECONDS:-10}

clean_up() {
  as_stranger make -s -C "$place/cchc" down >"$place/down.log" 2>&1 || true
  wait || true
  userdel "$stranger"
  rm -rf "$place"
}

as_stranger() {
  # Certificates and proxies belong to the machine, not to whoever sits at it; everything else is left behind.
  local passed
  mapfile -t passed < <(env | grep -E '^([a-z]+_proxy|[A-Z]+_PROXY|SSL_CERT_[A-Z]+|NODE_EXTRA_CA_CERTS|PIP_CERT|PIP_FIND_LINKS)=' || true)
  runuser -u "$stranger" -- env -i "${passed[@]}" HOME="$place/home" PATH="$place/bin" LANG=C.UTF-8 PORT="$port" "$@"
}

hide_programs() {
  mkdir "$place/bin"
  for program in /usr/bin/* /bin/*; do
    [[ $(basename "$program") =~ ^($hidden)$ ]] || ln -sf "$program" "$place/bin/"
  done
}

seconds_until_ready() {
  local log=$1 within=$2 began=$EPOCHREALTIME
  as_stranger make -C "$place/cchc" run >"$log" 2>&1 &
  until grep -q 'Ready' "$log"; do
    if ! kill -0 $! 2>"$place/gone" || [ "${EPOCHREALTIME%.*}" -gt $((${began%.*} + within * 3)) ]; then
      cat "$log" >&2
      return 1
    fi
    sleep 0.05
  done
  awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'
}

stop() {
  as_stranger make -s -C "$place/cchc" down
  wait
}

report() {
  echo "$1: ready after $2 s (goal: under $3 s)"
  awk -v took="$2" -v goal="$3" 'BEGIN { exit !(took < goal) }'
}

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
useradd --no-create-home --home-dir "$place/home" --shell /bin/bash "$stranger"
trap clean_up EXIT
mkdir "$place/home"
git clone --quiet --no-local "$repository" "$place/cchc"
hide_programs
chmod 755 "$place"
chown -R "$stranger" "$place/home" "$place/cchc"

for attempt in first second; do
  within=${attempt^^}_WITHIN_SECONDS
  seconds_until_ready "$place/$attempt.log" "${!within}" >"$place/took"
  [ "$attempt" = second ] || cat "$place/$attempt.log"
  stop
  report "$attempt start" "$(cat "$place/took")" "${!within}"
done
