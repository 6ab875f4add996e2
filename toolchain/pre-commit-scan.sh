#!/bin/sh
# What pre-commit runs, in its own clone of this repository and from the root of the one that commits. The first run of a
# version installs the packages there.
set -eu
project=$(dirname "$(dirname "$(readlink -f "$0")")")
[ -d "$project/node_modules" ] || env -u GIT_DIR -u GIT_INDEX_FILE -u GIT_WORK_TREE make -C "$project" node_modules >&2
exec "$project/sophia-secrets" scan --staged
