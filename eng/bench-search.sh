#!/usr/bin/env bash
# bench-search.sh simulate | fleet | budget [SPEC…] | dose … | [SPEC…] : what the search is worth, as Markdown tables and charts in artifacts/bench.
#   ./eng/bench-search.sh                 test error of fixed policies and of what the search finds, on four data sets (MASTERFUL_DATA names their folder)
#   ./eng/bench-search.sh my.yaml         the same for a spec of yours
#   ./eng/bench-search.sh budget my.yaml  what searches of a half, one, one and a half and three times the final trainings' work gain
#   ./eng/bench-search.sh dose my.yaml unlabeled rand_augment=30 SEEDS 1,0.5 0.25,1
#                                         what added images do to a policy at shares of the epochs and of the images, against their control
#   ./eng/bench-search.sh simulate        what this and other ways to search find for their budget, over simulated trials
#   ./eng/bench-search.sh fleet           how long runs take on fleets of 1 to 1,000 workers: their real searches, over simulated trials
#                                         in virtual time; fleet PROBLEMS SECONDS averages over so many problems with so much overhead a trial
# Trials are journalled in .masterful/bench beside each spec: a second run only prints. SET="training.seeds=3 …" changes the specs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
"$root/eng/setup.sh"
dotnet build "$root/tests/Masterful.Benchmarks" --configuration Release --no-restore --verbosity quiet
mkdir -p "$root/artifacts/bench"
program="$root/tests/Masterful.Benchmarks/bin/Release/net10.0/Masterful.Benchmarks.dll"
if [[ ${1:-} == simulate ]]; then
    exec dotnet "$program" simulate "$root/artifacts/bench/captured-gain.png" "${2:-500}"
fi
if [[ ${1:-} == fleet ]]; then
    exec dotnet "$program" fleet "$root/artifacts/bench/fleet-scaling.png" "${2:-20}" "${3:-0.05}"
fi
# What follows trains, in the workers of the tool.
dotnet build "$root/src/Masterful.Tool" --configuration Release --no-restore --verbosity quiet
tool="$root/src/Masterful.Tool/bin/Release/net10.0/dotnet-masterful.dll"
if [[ ${1:-} == dose ]]; then
    exec dotnet "$program" dose "$tool" "${@:2}" runtime.cache=.masterful/bench
fi
mode=(compare "$tool" "$root/artifacts/bench/policies.png")
if [[ ${1:-} == budget ]]; then
    mode=(budget "$tool" "$root/artifacts/bench/error-by-budget.png" 0.5,1,1.5,3)
    shift
fi
[[ $# -gt 0 ]] || set -- "$root"/tests/Masterful.Benchmarks/specs/*.yaml
# shellcheck disable=SC2086
dotnet "$program" "${mode[@]}" "$@" runtime.cache=.masterful/bench ${SET:-}
