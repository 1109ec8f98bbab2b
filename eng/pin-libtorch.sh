#!/usr/bin/env bash
# Writes src/Masterful.Core/Runtime/pinned-libraries.txt: the SHA-256 of every native library of the pinned packages. For a new TorchSharp
# or libtorch: set versions and SHA-512 in PinnedPackage.cs first; NuGet brings the packages, and this compares them with those.
set -euo pipefail
cd "$(dirname "$0")/.."
pins=src/Masterful.Core/Runtime/PinnedPackage.cs
libtorch=$(sed -n 's/.*LibTorchVersion = "\(.*\)".*/\1/p' src/Masterful.Core/Runtime/MachineFolders.cs)
torchsharp=$(sed -n 's/.*"TorchSharp", "\([0-9.]*\)".*/\1/p' "$pins")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
platforms=(linux-x64 osx-arm64 win-x64)
{
  echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>'
  echo "<PackageDownload Include=\"TorchSharp\" Version=\"[$torchsharp]\" />"
  for platform in "${platforms[@]}"; do echo "<PackageDownload Include=\"libtorch-cpu-$platform\" Version=\"[$libtorch]\" />"; done
  echo '</ItemGroup></Project>'
} > "$work/pins.csproj"
NUGET_PACKAGES=$work/packages dotnet restore "$work/pins.csproj"
for metadata in "$work"/packages/*/*/.nupkg.metadata; do
  hash=$(sed -n 's/.*"contentHash": "\(.*\)".*/\1/p' "$metadata")
  grep -qF "$hash" "$pins" || { echo "$metadata: $hash is not in $pins" >&2; exit 1; }
done
{
  echo "# SHA-256 of the native libraries of the pinned packages, by platform; eng/pin-libtorch.sh writes this file."
  for platform in "${platforms[@]}"; do
    for package in "libtorch-cpu-$platform/$libtorch" "torchsharp/$torchsharp"; do
      (cd "$work/packages/$package/runtimes/$platform/native" && LC_ALL=C sha256sum -- * | sed "s#  \(.*\)#  $platform/\1#")
    done
  done
} > "$work/pinned-libraries.txt"
cp "$work/pinned-libraries.txt" src/Masterful.Core/Runtime/pinned-libraries.txt
