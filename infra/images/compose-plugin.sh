#!/bin/bash
# Puts Compose 2.26, from the next Debian release's package, beside this release's engine: compose-plugin.sh DOCKER_CONFIG.
# It uses the mirror that apt is set to.
set -euo pipefail
place=$1/cli-plugins
[ -x "$place/docker-compose" ] && exit 0
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir -p "$t/lists/partial" "$t/cache/archives/partial"
uri=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri trixie main" >"$t/sources.list"
cat >"$t/apt.conf" <<CONF
Dir::Etc::sourcelist "$t/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$t/lists";
Dir::Cache "$t/cache";
APT::Sandbox::User "root";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Translations::DefaultEnabled "false";
CONF
export APT_CONFIG=$t/apt.conf
apt-get -qq update
(cd "$t" && apt-get -qq download docker-compose && dpkg -x docker-compose_*.deb x)
mkdir -p "$place"
cp "$t/x/usr/libexec/docker/cli-plugins/docker-compose" "$place/"
