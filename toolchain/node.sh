#!/bin/sh
# Node.js for the project where the machine's own is older than 22, or is missing.
#
#   sh toolchain/node.sh path   prints the folder that holds it; nothing where the machine's own will do
#   sh toolchain/node.sh fetch  brings it, unless it is there
#
# The npm registry carries Node.js builds as packages of this name. npm itself runs on the old one. The version and the
# digests are pinned here; a package with other content is refused.
set -eu

VERSION=24.22.1
OLDEST=22
SHA512_linux_x64=ogMoFZRQLCX7VpzQAtfs7q0DVFa7D79LKhmttHZNGJrz0Yp5/LtU0MISM7gvThSo6AbVelac9uVu9Jfm1464ow==
SHA512_linux_arm64=1uD+Qvcu14ZJ6JVhsAiOeAiCQI0Nnu+y60VJnwhq8nGr+1l7XKFnNlZ42f619d+h5UzRQtO3pwpBEM2FYR/83Q==

cache="${XDG_CACHE_HOME:-$HOME/.cache}/sophia-secrets/node"
bin="$cache/v$VERSION/bin"

# The major version of the node on PATH; 0 where there is none.
major() {
  version=$(node --version 2>/dev/null || echo v0)
  version=${version#v}
  echo "${version%%.*}"
}

fail() {
  echo "error: Node.js: $1" >&2
  echo "Remedy: install Node.js $OLDEST or newer (https://nodejs.org), then run this again" >&2
  exit 1
}

case "${1:-}" in
path)
  [ "$(major)" -ge "$OLDEST" ] || echo "$bin"
  ;;
fetch)
  [ "$(major)" -lt "$OLDEST" ] || exit 0
  [ ! -x "$bin/node" ] || exit 0
  case "$(uname -s) $(uname -m)" in
  "Linux x86_64") platform=linux-x64 wanted=$SHA512_linux_x64 ;;
  "Linux aarch64") platform=linux-arm64 wanted=$SHA512_linux_arm64 ;;
  *) fail "the machine's own is older than $OLDEST, and the registry has no build for $(uname -s) $(uname -m)" ;;
  esac
  command -v npm >/dev/null || fail "neither node nor npm is on PATH"
  echo "Node.js $(node --version 2>/dev/null || echo) is older than $OLDEST: bringing $VERSION from the npm registry, once" >&2
  mkdir -p "$cache"
  folder=$(mktemp -d "$cache/fetch-XXXXXX")
  trap 'rm -rf "$folder"' EXIT
  (cd "$folder" && npm pack --silent --ignore-scripts "node-$platform@$VERSION" >/dev/null) ||
    fail "the npm registry did not give node-$platform@$VERSION"
  found=$(openssl dgst -sha512 -binary "$folder"/*.tgz 2>/dev/null | openssl base64 -A 2>/dev/null ||
    node -p 'require("crypto").createHash("sha512").update(require("fs").readFileSync(process.argv[1])).digest("base64")' "$folder"/*.tgz)
  [ "$found" = "$wanted" ] || fail "node-$platform@$VERSION has another digest than toolchain/node.sh pins"
  tar -xzf "$folder"/*.tgz -C "$folder"
  mv "$folder/package" "$folder/whole"
  # Another make may have been faster; both are the same.
  mv "$folder/whole" "$cache/v$VERSION" 2>/dev/null || [ -x "$bin/node" ] || fail "it could not be put into $cache"
  ;;
*)
  echo "usage: sh toolchain/node.sh path|fetch" >&2
  exit 2
  ;;
esac
