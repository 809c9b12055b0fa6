#!/bin/bash
# Starts or stops a Docker engine of its own where no service manager does: engine.sh start|stop (state in $DK).
set -euo pipefail
DK=${DK:-${TMPDIR:-/tmp}/cchc-engine}
mkdir -p "$DK"
case $1 in
  start)
    docker -H "unix://$DK/s.sock" info >"$DK/info.log" 2>&1 && exit 0
    dockerd --data-root "$DK/root" --exec-root "$DK/exec" -p "$DK/pid" -H "unix://$DK/s.sock" \
      --iptables=false --ip6tables=false --storage-driver=overlay2 >"$DK/dockerd.log" 2>&1 &
    for _ in $(seq 120); do
      docker -H "unix://$DK/s.sock" info >"$DK/info.log" 2>&1 && exit 0
      sleep .25
    done
    tail "$DK/dockerd.log"
    exit 1
    ;;
  stop)
    kill "$(cat "$DK/pid")"
    while [ -e "$DK/pid" ]; do sleep .2; done
    ip link del docker0 2>"$DK/ip.log" || true
    ;;
esac
