#!/usr/bin/env bash
# bench-search.sh SPEC… : test error of fixed policies and of what the search finds, a Markdown table each, e.g.
#   ./eng/bench-search.sh examples/svhn-mini/masterful.yaml
# Trials are journalled in .masterful/bench beside each spec: a second run only prints. SET="training.seeds=3 …" changes the specs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
"$root/eng/setup.sh"
dotnet build "$root/tests/Masterful.Benchmarks" --configuration Release --no-restore --verbosity quiet
for spec in "$@"; do
    # shellcheck disable=SC2086
    dotnet "$root/tests/Masterful.Benchmarks/bin/Release/net10.0/Masterful.Benchmarks.dll" compare "$spec" runtime.cache=.masterful/bench ${SET:-}
done
