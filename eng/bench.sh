#!/usr/bin/env bash
# bench.sh [ROUNDS [SECONDS]] | cost: the engine's speed as a Markdown table of ratios: training and augmentation against PyTorch and torchvision on this
# machine, and a step against its parts. The two of a row are timed in turns (5 turns of 3 s each by default).
# MASTERFUL_PYTHON names a python3 that has torch and torchvision (a command; default python3); without one the rows against it are left out.
# bench.sh cost: what images, techniques, policies and workers cost here, as tables, and a chart in artifacts/bench.
# Single techniques and readers: dotnet run --project tests/Masterful.Benchmarks -c Release -- --filter '*'
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
"$root/eng/setup.sh"
dotnet build "$root/tests/Masterful.Benchmarks" --configuration Release --no-restore --verbosity quiet
program="$root/tests/Masterful.Benchmarks/bin/Release/net10.0/Masterful.Benchmarks.dll"
if [[ ${1:-} == cost ]]; then
    mkdir -p "$root/artifacts/bench"
    dotnet build "$root/src/Masterful.Tool" --configuration Release --no-restore --verbosity quiet
    exec dotnet "$program" cost "$root/src/Masterful.Tool/bin/Release/net10.0/dotnet-masterful.dll" "$root/artifacts/bench/cost.png" "$root/masterful.yaml" \
        dataset.limit.train=3000 training.epochs=4
fi
python=${MASTERFUL_PYTHON:-python3}
$python -c 'import torch, torchvision' 2>/dev/null || { echo "bench: '$python' has no torch and torchvision: without the rows against them" >&2; python=; }
exec dotnet "$program" speed "${1:-5}" "${2:-3}" ${python:+"$python"}
