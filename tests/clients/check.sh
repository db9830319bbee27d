#!/usr/bin/env bash
# Does with openapi.json what strangers do: two linters judge it, and clients are made of it in TypeScript and C#, built, and used on a real server.
#   tests/clients/check.sh [ADDRESS]
#     ADDRESS  of a running server with demo accounts; by default one is built and started for the check, on a free port and with data of its own
# It works in a temporary folder and changes nothing here. Its tools come from npm and NuGet, by lock files and exact versions.
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly repository=$PWD
readonly address=${1:-}

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true KIOTA_CLI_TELEMETRY_OPTOUT=true KIOTA_OFFLINE_ENABLED=true

. tests/settings.sh

step() { printf '\n== %s (%s)\n' "$1" "$(date -u +%H:%M:%S)"; }
fail() { printf '\nFAILED: %s\n' "$1" >&2; exit 1; }
folder=$(mktemp -d) server=
finish() {
  local code=$?
  if [ -n "$server" ]; then
    kill -TERM "$server" 2> /dev/null || true   # a job in the background of a script does not hear SIGINT
    for _ in $(seq 30); do kill -0 "$server" 2> /dev/null || break; sleep 1; done
    kill -KILL "$server" 2> /dev/null && { printf '\nFAILED: The server did not end within 30 seconds.\n' >&2; code=1; }
    wait "$server" 2> /dev/null || true
  fi
  rm -rf "$folder"
  exit "$code"
}
trap finish EXIT

cp -r tests/clients/. openapi.json "$folder"
cd "$folder"

step "Tools"
npm ci --no-audit --no-fund --ignore-scripts --fetch-retries=3 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=10000 --loglevel=error
dotnet tool restore

step "Spectral: OpenAPI and OWASP"
node_modules/.bin/spectral lint openapi.json --ruleset spectral.yaml --fail-severity=hint || fail "spectral: mend it, or say in spectral.yaml why not."

step "Redocly"
node_modules/.bin/redocly lint openapi.json --config redocly.yaml --max-problems 50 || fail "redocly: mend it, or say in redocly.yaml why not."

step "TypeScript"
node_modules/.bin/openapi-typescript openapi.json --output typescript/schema.d.ts
node_modules/.bin/tsc --project typescript

step "C#"
dotnet kiota generate --language csharp --openapi openapi.json --output csharp/generated --namespace-name Consilium.Client --class-name ConsiliumClient \
  --log-level error
dotnet build csharp --output csharp/built --verbosity quiet

if [ -n "$address" ]; then
  url=$address
else
  step "A server"
  dotnet build "$repository/src/Server" --verbosity quiet
  ASPNETCORE_ENVIRONMENT=Development dotnet "$repository/src/Server/bin/Debug/net10.0/Server.dll" --urls http://127.0.0.1:0 --Data:Directory="$folder/data" > server.txt 2>&1 &
  server=$!
  for waited in $(seq 300); do
    ! grep -q 'is ready at' server.txt || break
    kill -0 "$server" 2> /dev/null && [ "$waited" -lt 300 ] || { cat server.txt; fail "The server did not become ready."; }
    sleep 1
  done
  url=$(sed -n 's/.*is ready at \(http[^ ]*\).*/\1/p' server.txt)
fi

step "Journeys at $url"
node typescript/journey.js "$url"
dotnet csharp/built/Client.dll "$url"
