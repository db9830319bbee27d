#!/bin/sh
# Puts sharp and pdfium into node_modules. Without them files have no thumbnails and everything else works, so nothing here fails the build.
# A line of the form "restore : warning X: …" is repeated in the last lines of the build.
#   sh src/Thumbnailer/restore.sh [MSBUILD]     the id of the process that runs this as a step of a build
cd "$(dirname "$0")/../.." || exit 1
. build/screen.sh

reason=$(sh build/restore-npm.sh "$(pwd)/src/Thumbnailer" "the decoder of pictures and PDFs (30 MB, once)" "$(screen "${1:-$$}")" \
  'node --input-type=module -e "await import(\"sharp\"); await import(\"@hyzyla/pdfium\")"') && exit 0
echo "restore : warning THUMBNAILS1: Pictures and PDFs will have no thumbnails, because their decoder's packages are missing: $reason." \
  "Install Node.js 20.9 or newer with npm (nodejs.org) if it is not there, and run: sh src/Thumbnailer/restore.sh"
