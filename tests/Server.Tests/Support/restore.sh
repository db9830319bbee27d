#!/bin/sh
# Restores the npm packages of one folder here: an independent implementation that some tests ask. Without it they are skipped, and fail in CI.
#   sh tests/Server.Tests/Support/restore.sh FOLDER [MSBUILD]     the id of the process that runs this as a step of a build
cd "$(dirname "$0")/../../.." || exit 1
. build/screen.sh

reason=$(sh build/restore-npm.sh "$(pwd)/tests/Server.Tests/Support/$1" "npm $1 for the tests" "$(screen "${2:-$$}")" \
  "node --input-type=module -e 'await import(\"$1\")'") && exit 0
echo "restore : warning TESTS1: The tests with npm $1 will be skipped, because it is missing: $reason." \
  "Install Node.js with npm (nodejs.org) if it is not there, and run: sh tests/Server.Tests/Support/restore.sh $1"
