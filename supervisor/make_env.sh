#!/bin/sh
# Builds the service's environment (.venv) from its lock; does nothing if it is as the lock says.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
wanted=$(cat pyproject.toml uv.lock | sha256sum | cut -d' ' -f1)
stamp=.venv/.built-from
if [ -x .venv/bin/keting ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi
uv=$(sh supervisor/find.sh uv)
echo "keting: building the service's environment / 正在准备服务的运行环境" >&2
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    python=$(sh supervisor/find.sh python 3.11 3.12 3.13 3.14 || echo 3.11) # a bare version: uv downloads it
    set -- --python "$python"
fi
# Another active environment must not redirect uv.
unset VIRTUAL_ENV UV_PROJECT_ENVIRONMENT
"$uv" sync --frozen --quiet --compile-bytecode "$@"
printf '%s\n' "$wanted" >"$stamp"
