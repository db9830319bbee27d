#!/bin/sh
# Puts sharp and pdfium into node_modules. Without them files have no thumbnails and everything else works, so nothing here fails the build.
# Two builds may run it at once: each restores aside and renames at the end.
set -u
cd "$(dirname "$0")" || exit 0

without_packages() {
  echo "$1: pictures and PDFs will have no thumbnails. Install Node.js 20.9 or newer with npm (nodejs.org) and build again."
  exit 0
}

command -v npm >/dev/null && command -v node >/dev/null || without_packages "npm was not found"

aside="obj/npm.$$"
trap 'rm -rf "$aside"; rmdir obj 2>/dev/null' EXIT
mkdir -p "$aside" && cp package.json package-lock.json "$aside"

if ! output=$(cd "$aside" && npm ci --no-audit --no-fund --ignore-scripts 2>&1); then
  echo "$output" | tail -n 5 | sed 's/error/failure/g'
  without_packages "npm could not restore the thumbnailer's packages"
fi
touch "$aside/node_modules/.restored"

[ -d node_modules ] && [ ! node_modules/.restored -nt package-lock.json ] && mv node_modules "$aside/old"
node -e 'require("fs").renameSync(process.argv[1], "node_modules")' "$aside/node_modules" 2>/dev/null || [ -e node_modules/.restored ] || without_packages "npm's packages could not be put in place"
