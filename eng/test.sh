#!/usr/bin/env bash
# test.sh [NAME]: sets up, builds (warnings and formatting are errors), runs all tests, or those of the projects whose name has NAME in it.
# The last line is: N passed, N failed, N skipped
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
only=${1:-}
passed=0 failed=0 skipped=0

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}

step() {
  echo "== $1"
  shift
  "$@" || { echo "test: '$*' failed"; failed=$((failed + 1)); finish; exit 1; }
}

step "set up" "$root/eng/setup.sh" --tests
step "build" dotnet build "$root/Masterful.Tool.sln" --configuration Release --no-restore --verbosity quiet
step "formatting" dotnet format whitespace "$root/Masterful.Tool.sln" --verify-no-changes --no-restore

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in "$root"/tests/*.Tests; do
  name=$(basename "$project")
  [[ $name == *$only* ]] || continue
  echo "== $name"
  started=$SECONDS
  (cd "$project" && "./bin/Release/net10.0/$name" -noColor -longRunning 60 -noLogo) >"$log" 2>&1
  status=$?
  sed -E '/^ *(Discover|Start|Finish)/d' "$log"
  summary=$(grep -E "^ *$name +Total:" "$log" | tail -1)
  count() { sed -nE "s/.*[ ,]$1: ([0-9]+).*/\1/p" <<<"$summary"; }
  if [ -z "$summary" ]; then
    echo "test: $name ended without a summary (exit code $status)"
    failed=$((failed + 1))
    continue
  fi
  bad=$(($(count Failed) + $(count Errors)))
  passed=$((passed + $(count Total) - bad - $(count Skipped) - $(count 'Not Run')))
  failed=$((failed + bad)) skipped=$((skipped + $(count Skipped)))
  # A runner that fails without a failed test (a crash while it ends, no test found) is a failure too.
  [ "$status" != 0 ] && [ "$bad" = 0 ] && { echo "test: $name ended with $status"; failed=$((failed + 1)); }
  echo "   $((SECONDS - started)) s"
done

check() {
  echo "== $1"
  shift
  "$@"
  case $? in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) ;;
  esac
}

# The Mermaid blocks are those that the report's tests have just written.
if [ -z "$only" ]; then
  check "workflows, actions and Mermaid charts" "$root/eng/check-github.sh" Release
  check "types of the page's modules" "$root/eng/check-page.sh"
  check "mutated inputs, one minute" "$root/eng/fuzz.sh" 1
fi
finish
