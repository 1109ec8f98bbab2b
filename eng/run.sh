#!/usr/bin/env bash
# run.sh [ARGUMENTS]: sets up what is missing, then runs the masterful.yaml of this folder, e.g. ./eng/run.sh --set training.epochs=3
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
"$root/eng/setup.sh"
dotnet build "$root/src/Masterful.Tool" --configuration Release --no-restore --verbosity quiet
cd "$root"
exec dotnet "$root/src/Masterful.Tool/bin/Release/net10.0/dotnet-masterful.dll" run "$@"
