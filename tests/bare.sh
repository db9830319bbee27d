#!/usr/bin/env bash
# Does what a new user does, on a machine that has seen nothing yet: clones the last commit, starts the server by the README's command, looks at its
# health, follows the README's tour in a plain shell, and runs the tests by the README's command. All caches are its own and begin empty.
#   tests/bare.sh [--no-tests] [FOLDER]
#     --no-tests  ends after the tour
#     FOLDER      where to work, not there yet; it stays. By default a temporary folder, which goes.
# It exits with 0 when everything works and nothing is missing or skipped. Port 8000 must be free.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly repository=$PWD

usage() { sed -n '4,6s/^# \{0,3\}//p' "$0" >&2; exit 2; }
tests=true folder=
while [ $# -gt 0 ]; do
  case $1 in
    --no-tests) tests=false ;;
    -*) usage ;;
    *) [ -z "$folder" ] || usage; folder=$1 ;;
  esac
  shift
done

step() { printf '\n== %s (%s)\n' "$1" "$(date -u +%H:%M:%S)"; }
fail() { printf '\nFAILED: %s\n' "$1" >&2; exit 1; }

if [ -n "$folder" ]; then
  mkdir "$folder" || fail "$folder is there already: name a new folder."
  folder=$(cd "$folder" && pwd)
  clean() { :; }
else
  folder=$(mktemp -d)
  clean() { rm -rf "$folder"; }
fi
server=
interrupt=INT   # Ctrl+C, to which a shell stays deaf that was started so, as scripts start what runs in the background
[ -z "$(trap -p INT)" ] || interrupt=TERM
finish() {
  local code=$?
  if [ -n "$server" ]; then
    kill "-$interrupt" -- "-$server" 2>/dev/null || true
    for _ in $(seq 30); do kill -0 -- "-$server" 2>/dev/null || break; sleep 1; done
    kill -KILL -- "-$server" 2>/dev/null || true
  fi
  clean || true
  exit "$code"
}
trap finish EXIT

# Everything that .NET and npm keep for the next time. Their configuration (sources, proxies) is the machine's own.
. tests/caches.sh "$folder/caches"
export CI=true DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false   # leave no build servers behind
. tests/settings.sh

step "Clone"
git clone -q "$repository" "$folder/consilium"
cd "$folder/consilium"
git log -1 --format='%h %s'

step "dotnet run --project src/Server"
grep -qx 'dotnet run --project src/Server' README.md || fail "The README names another command to start the server."
! curl -so /dev/null http://localhost:8000/ || fail "Something listens on port 8000 already: stop it first."
set -m   # a group of its own, as in a terminal, so that Ctrl+C reaches the server
dotnet run --project src/Server > "$folder/server.txt" 2>&1 &
server=$!
set +m
tail -f -n +1 --pid="$server" "$folder/server.txt" &
for waited in $(seq 1200); do
  ! grep -q 'Ctrl+C stops it' "$folder/server.txt" || break
  kill -0 "$server" 2>/dev/null || fail "The server ended before it was ready."
  [ "$waited" -lt 1200 ] || fail "The server was not ready within 20 minutes."
  sleep 1
done

step "Every part is healthy"
health=$(curl -s http://localhost:8000/health/ready)
printf '%s\n' "$health"
printf '%s' "$health" | node -e '
  const { parts } = JSON.parse(require("fs").readFileSync(0));
  const missing = Object.keys(parts).filter((part) => parts[part] !== "healthy");
  if (missing.length || !Object.keys(parts).length) { console.error(`Not healthy: ${missing.join(", ") || "no part is named"}`); process.exit(1); }
' || fail "A part of the server is missing."
! grep -Eq 'warning|fail:|^  Thumbnails' "$folder/server.txt" || fail "The start warns of something."

step "The README's tour, in $(readlink -f /bin/sh)"
mkdir "$folder/tour"
awk '/^## /{on = ($0 == "## Five minutes with curl")} on && /^```/{code = ($0 == "```sh"); next} on && code' README.md > "$folder/tour.sh"
(cd "$folder/tour" && timeout 300 sh -e "$folder/tour.sh") | tee "$folder/tour.txt" || fail "The tour broke off."
grep -qx 'RIFF' "$folder/tour.txt" || fail "The tour made no thumbnail."
kill "-$interrupt" -- "-$server"
code=0; wait "$server" || code=$?
[ "$code" = 0 ] || fail "After Ctrl+C the server ended with $code."
server=
! grep -q ' fail: ' "$folder/server.txt" || fail "The server logged a failure."

if $tests; then
  step "dotnet test"
  code=0
  timeout --kill-after=30 60m dotnet test 2>&1 | tee "$folder/tests.txt" || code=$?
  [ "$code" != 124 ] && [ "$code" != 137 ] || fail "The tests did not end within an hour."
  [ "$code" = 0 ] || fail "dotnet test ended with code $code."
  grep -q '^Passed! ' "$folder/tests.txt" || fail "dotnet test reported no tests."
  ! grep -Eq '^(Passed|Skipped)! .*Skipped: +[1-9]' "$folder/tests.txt" || fail "Tests were skipped: something that they need is missing."
fi

step "The working tree"
[ -z "$(git status --porcelain)" ] || { git status --porcelain; fail "The build or the tests changed files that are committed, or left files that are not ignored."; }
printf 'Nothing changed, the lock files included.\n'
