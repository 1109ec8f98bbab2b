#!/usr/bin/env bash
# check-github.sh [CONFIGURATION]: workflows and actions against GitHub's schema, and the Mermaid blocks that the report's tests have just
# written against Mermaid's parser. Both checkers come from npm; exits with 77 (skipped) where they can't be had.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages=(@action-validator/core@0.6.0 @action-validator/cli@0.6.0 mermaid@11.17.2 jsdom@29.1.1)
checkers=${XDG_CACHE_HOME:-$HOME/.cache}/masterful-checks/$(cksum <<<"${packages[*]}" | cut -d' ' -f1)

command -v npm >/dev/null || { echo "skipped: npm is not here"; exit 77; }
if [ ! -e "$checkers/ready" ]; then
  mkdir -p "$checkers"
  npm install --prefix "$checkers" --no-save --no-audit --no-fund --loglevel=error "${packages[@]}" >"$checkers/npm.log" 2>&1 \
    || { echo "skipped: npm could not install the checkers ($checkers/npm.log)"; exit 77; }
  touch "$checkers/ready"
fi

failed=0
for file in "$root"/.github/workflows/*.yml "$root"/.github/actions/*/action.yml; do
  (cd "$root" && node "$checkers/node_modules/@action-validator/cli/cli.mjs" "$file") || { echo "$file is not valid"; failed=1; }
done
cp "$root/eng/check-mermaid.mjs" "$checkers/"
node "$checkers/check-mermaid.mjs" "$root/tests/Masterful.Reporting.Tests/bin/${1:-Release}/net10.0/comments/"*.md || failed=1
exit "$failed"
