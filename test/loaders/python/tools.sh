#!/usr/bin/env bash
# Prints one line per Python to test with: its version and its interpreter with the tests' tools, oldest and newest found
# of 3.10 and later. Installs the tools into .python/ (ignored by git) where they are missing. Prints nothing where there
# is no such Python.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)

found() {
  for minor in 10 11 12 13 14 15; do
    for candidate in "python3.$minor" ~/.pyenv/versions/3."$minor".*/bin/python; do
      if "$candidate" -c "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, $minor))" 2>/dev/null; then
        echo "3.$minor $(command -v "$candidate")"
        break
      fi
    done
  done
}

all=$(found)
[ -n "$all" ] || exit 0
stamp=$(sha256sum "$here/requirements.txt" | cut -c1-16)
{ echo "$all" | head -1; echo "$all" | tail -1; } | uniq | while read -r version python; do
  folder="$root/.python/$version-$stamp"
  if [ ! -e "$folder/ready" ]; then
    echo "Installing the Python tests' tools for Python $version" >&2
    rm -rf "$root/.python/$version-"*
    "$python" -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
      --require-hashes -r "$here/requirements.txt" >&2
    touch "$folder/ready"
  fi
  echo "$version $folder/bin/python"
done
