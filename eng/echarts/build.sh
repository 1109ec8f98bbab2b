#!/usr/bin/env bash
# build.sh: makes src/Masterful.Reporting/wwwroot/lib/echarts.min.js again, from pinned npm packages. Only needed for another version of
# Apache ECharts or another part of it; the build itself uses the file that is kept.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lib=$here/../../src/Masterful.Reporting/wwwroot/lib
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --prefix "$work" --no-save --no-audit --no-fund --loglevel=error echarts@6.1.0 esbuild@0.28.2
cp "$here/charts.mjs" "$work/"
{
  echo "/*! Apache ECharts 6.1.0, https://echarts.apache.org, Apache License 2.0: see echarts.LICENSE and echarts.NOTICE. A selection of its parts, minified. */"
  (cd "$work" && npx esbuild charts.mjs --bundle --minify --format=iife --global-name=echarts --legal-comments=none --charset=utf8)
} >"$lib/echarts.min.js"
cp "$work/node_modules/echarts/LICENSE" "$lib/echarts.LICENSE"
cp "$work/node_modules/echarts/NOTICE" "$lib/echarts.NOTICE"
{ echo; echo "ZRender, which it contains:"; cat "$work/node_modules/zrender/LICENSE"; echo; echo "tslib, which it contains:"; cat "$work/node_modules/tslib/LICENSE.txt"; } >>"$lib/echarts.LICENSE"
