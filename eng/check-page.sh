#!/usr/bin/env bash
# check-page.sh: the page's modules against their JSDoc types, by TypeScript's compiler from npm; exits with 77 (skipped) where it can't be had.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
package=typescript@5.9.3
checker=${XDG_CACHE_HOME:-$HOME/.cache}/masterful-checks/$package

command -v npm >/dev/null || { echo "skipped: npm is not here"; exit 77; }
if [ ! -e "$checker/ready" ]; then
  mkdir -p "$checker"
  npm install --prefix "$checker" --no-save --no-audit --no-fund --loglevel=error "$package" >"$checker/npm.log" 2>&1 \
    || { echo "skipped: npm could not install $package ($checker/npm.log)"; exit 77; }
  touch "$checker/ready"
fi
cd "$root/src/Masterful.Reporting/wwwroot/app"
exec node "$checker/node_modules/typescript/bin/tsc" --noEmit --allowJs --checkJs --strict --target es2023 --module esnext --moduleResolution bundler \
  --lib es2023,dom,dom.iterable ./*.js
