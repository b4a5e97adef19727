#!/bin/sh
# Builds the pages (web/dist) if their sources have changed since the last time.
set -eu
cd "$(dirname "$0")/../web"
hash_of() { # of every file named on standard input, zero-terminated
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}
wanted=$(find . \( -name node_modules -o -name dist -o -name test-results \) -prune -o -type f -print0 | hash_of)
if [ "$(cat dist/.built-from 2>/dev/null)" = "$wanted" ]; then exit 0; fi
if ! npm --version >/dev/null 2>&1; then
    echo "keting: Node.js 20 or later is needed to build the pages / 构建网页需要 Node.js 20 以上" >&2
    exit 1
fi
lock=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.built-from 2>/dev/null)" != "$lock" ]; then
    echo "keting: installing what the pages are built with / 正在安装网页构建工具" >&2
    npm ci --no-audit --no-fund --loglevel=error >&2
    printf '%s\n' "$lock" >node_modules/.built-from
fi
echo "keting: building the pages / 正在构建网页" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! npm run --silent build >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
printf '%s\n' "$wanted" >dist/.built-from
