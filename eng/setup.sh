#!/usr/bin/env bash
# setup.sh: brings what a fresh Debian or Ubuntu machine with the .NET SDK lacks: the NuGet packages and, for the example, Fashion-MNIST.
# With --tests also chromium, which the tests of the front-end drive, and PostgreSQL for those of the fleet. Safe to run again: what is there stays.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

command -v dotnet >/dev/null || {
  echo "setup: the .NET SDK 10 is missing; install it, then run this again." >&2
  exit 3
}

# Runs a command as root, directly or through sudo without a password; fails when neither works.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

fashion_mnist() {
  local system=/usr/share/datasets/fashion-mnist here=$root/data/fashion-mnist
  local files=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz)
  [ -e "$system/${files[0]}" ] && return
  if command -v apt-get >/dev/null; then
    echo "setup: installing Debian's dataset-fashion-mnist (30 MB)" >&2
    if as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq dataset-fashion-mnist >/dev/null; then
      return
    fi
  fi
  mkdir -p "$here"
  local file
  for file in "${files[@]}"; do
    [ -e "$here/$file" ] && continue
    echo "setup: downloading $file" >&2
    curl --fail --location --silent --show-error --retry 3 --continue-at - --output "$here/$file.part" \
      "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/$file"
    mv "$here/$file.part" "$here/$file"
  done
}

# The browser that the front-end's tests drive; where it can't be had, those tests are skipped and say so.
# (Not a function named chromium: command -v would find that and call it installed.)
browser() {
  local name
  for name in chromium chromium-browser google-chrome; do command -v "$name" >/dev/null && return; done
  command -v apt-get >/dev/null || return 0
  echo "setup: installing chromium for the front-end's tests" >&2
  { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
    || echo "setup: no chromium; the front-end's tests in a browser will be skipped" >&2
}

# The database of the fleet's tests, which start servers of their own; where it can't be had, those tests are skipped and say so.
postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
  command -v apt-get >/dev/null || return 0
  echo "setup: installing postgresql for the fleet's tests" >&2
  { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } \
    || echo "setup: no postgresql; the fleet's tests will be skipped" >&2
}

fashion_mnist
if [ "${1:-}" = --tests ]; then browser; postgres; fi
echo "setup: restoring packages" >&2
dotnet restore "$root/Masterful.Tool.sln" --locked-mode --verbosity quiet
