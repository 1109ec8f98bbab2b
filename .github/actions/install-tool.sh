#!/usr/bin/env bash
# install-tool.sh: installs Masterful.Tool in one exact version, and writes the program that the action's later steps call:
# $RUNNER_TEMP/masterful/masterful. It is called by its path, since `dotnet masterful` would prefer whatever a manifest names.
# TOOL_VERSION; or else the version of the manifest that the CLI finds from this folder; or else the one that these actions belong to.
# TOOL_SOURCE, where it is given, is the only source that is asked.
set -euo pipefail
own=0.1.0
folder=$RUNNER_TEMP/masterful
cache=$HOME/.masterful-machine

# What later steps may use and this one can do without: a file that can't be written costs a warning.
tell() {
  { printf '%s\n' "$2" >>"$1"; } 2>/dev/null || echo "::warning::'$1' can't be written: later steps don't get $2"
}

exact() {
  [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || {
    echo "::error::'${1//[^[:print:]]/?}' is not an exact version such as $own: the newest of a feed is not always the one that is meant." >&2
    exit 3
  }
}

# The configuration of the one source. A private feed's credentials: the variable NuGetPackageSourceCredentials_masterful.
only() {
  local source=$1
  if [[ $source != *://* ]]; then
    [ -d "$source" ] || { echo "::error::tool-source '${source//[^[:print:]]/?}' is neither a folder nor an address" >&2; exit 3; }
    source=$(cd "$source" && { pwd -W 2>/dev/null || pwd; })
  fi
  source=$(sed 's/&/\&amp;/g; s/</\&lt;/g; s/"/\&quot;/g' <<<"$source")
  cat <<CONFIG
<configuration>
  <packageSources><clear /><add key="masterful" value="$source" /></packageSources>
  <packageSourceMapping><clear /><packageSource key="masterful"><package pattern="*" /></packageSource></packageSourceMapping>
</configuration>
CONFIG
}

# A manifest stands here or in a folder above, in .config or not: the CLI knows, and ends this with its own words where it can't read one.
listed=$(dotnet tool list)
manifest=$(awk 'tolower($1) == "masterful.tool" { print $2; exit }' <<<"$listed")

rm -rf "$folder"
mkdir -p "$folder"
if [ -z "$TOOL_VERSION$TOOL_SOURCE" ] && [ -n "$manifest" ]; then
  dotnet tool restore
  start='dotnet tool run dotnet-masterful --'
else
  version=${TOOL_VERSION:-${manifest:-$own}}
  exact "$version"
  options=(--tool-path "$folder" --version "$version")
  if [ -n "$TOOL_SOURCE" ]; then
    only "$TOOL_SOURCE" >"$folder/nuget.config"
    options+=(--configfile "$folder/nuget.config" --no-http-cache)
  fi
  dotnet tool install Masterful.Tool "${options[@]}"
  start=$(printf '%q' "$folder/dotnet-masterful")
  tell "$GITHUB_PATH" "$folder"
fi

cat >"$folder/masterful" <<PROGRAM
#!/usr/bin/env bash
export MASTERFUL_CACHE=$(printf '%q' "$cache")
exec $start "\$@"
PROGRAM
chmod +x "$folder/masterful"
tell "$GITHUB_ENV" "MASTERFUL_CACHE=$cache"
version=$("$folder/masterful" --version)
tell "$GITHUB_OUTPUT" "version=${version%%+*}"
