#!/bin/sh
# Restores the npm packages of one folder, by its lock file:   sh build/restore-npm.sh FOLDER WHAT SCREEN CHECK
#   FOLDER  an absolute path
#   WHAT    what the packages are for; the words follow "Fetching"
#   SCREEN  where the progress is told (build/screen.sh)
#   CHECK   a command that completes and tries the packages; it runs beside node_modules. npm leaves an optional package away without a word when it
#           cannot have it, and the programs for one system are always optional packages.
# Two builds may run it at once: each restores aside and renames at the end. It exits with 0 when FOLDER/node_modules is complete.
# Otherwise it prints the reason; the caller says what is missing then, and which command mends it.
set -u
folder=$1 what=$2 screen=$3 check=$4
. "$(dirname "$0")/screen.sh"
cd "$folder" || exit 1

command -v node >/dev/null && command -v npm >/dev/null || { echo "npm was not found"; exit 1; }

ticker=
aside="obj/npm.$$"
trap '[ -z "$ticker" ] || kill "$ticker" 2>/dev/null; rm -rf "$aside"; rmdir obj 2>/dev/null' EXIT
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM   # a shell need not run the other on a signal
mkdir -p "$aside" && cp package.json package-lock.json "$aside" || exit 1

tell "$screen" "Fetching $what…"
( waited=0; while sleep 5 && kill -0 $$ 2>/dev/null; do waited=$((waited + 5)); tell "$screen" "… still fetching $what ($waited s)"; done ) >/dev/null &
ticker=$!

# All three limits are named, because npm refuses a longest pause that is shorter than the shortest, and a user's own settings may say either.
if ! output=$(cd "$aside" && npm ci --no-audit --no-fund --ignore-scripts --include=optional \
    --fetch-retries=3 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=10000 2>&1); then
  output=$(echo "$output" | sed -n 's/^npm \(error\|ERR!\) *//p')
  tell "$screen" "$(echo "$output" | head -n 6)"
  echo "npm could not restore them ($(echo "$output" | head -n 1))"
  exit 1
fi
if ! output=$(cd "$aside" && sh -ec "$check" 2>&1); then
  tell "$screen" "$(echo "$output" | head -n 6)"
  echo "npm brought no packages that work on $(uname -s) $(uname -m)"
  exit 1
fi
touch "$aside/node_modules/.restored"

[ -d node_modules ] && [ ! node_modules/.restored -nt package-lock.json ] && mv node_modules "$aside/old"
node -e 'require("fs").renameSync(process.argv[1], "node_modules")' "$aside/node_modules" 2>/dev/null || [ -e node_modules/.restored ] \
  || { echo "they could not be put into $folder/node_modules"; exit 1; }
