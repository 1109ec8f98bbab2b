#!/usr/bin/env bash
# fuzz.sh [MINUTES] [--only READER…] [--seed N]: gives every reader of foreign files mutated inputs (tests/Masterful.Fuzz), one minute
# unless it is told otherwise. What is found is kept in fuzz-findings, and read again by: eng/fuzz.sh --replay FILE
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
dotnet build "$root/tests/Masterful.Fuzz" --configuration Release --verbosity quiet
exec "$root/tests/Masterful.Fuzz/bin/Release/net10.0/Masterful.Fuzz" "$@"
