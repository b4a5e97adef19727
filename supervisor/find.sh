#!/bin/sh
# Finds a program that really runs, and prints its path.
#
#   find.sh uv                   uv: on the path, in .tools/ or ~/.local/bin; installed into .tools/ if there is none
#   find.sh python 3.11 3.12     the first of these CPythons: on the path, then pyenv's; nothing and exit 1 if none
#
# A version manager may put a shim of the right name on the path that only says that it has no such version,
# so a candidate counts only after it has answered.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

on_path() { # every NAME on the path, in order
    old=$IFS; IFS=:
    for folder in $PATH; do
        [ -x "${folder:-.}/$1" ] && [ ! -d "${folder:-.}/$1" ] && printf '%s\n' "${folder:-.}/$1"
    done
    IFS=$old
}

first_uv() {
    { on_path uv; printf '%s\n' "$root/.tools/uv/bin/uv" "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv"; } |
        while IFS= read -r candidate; do
            if "$candidate" --version >/dev/null 2>&1; then printf '%s\n' "$candidate"; break; fi
        done
}

first_python() { # prints the interpreter itself, not a shim
    for version in "$@"; do
        found=$({ on_path "python$version"; on_path python3; on_path python
            ls -d "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python 2>/dev/null || true; } |
            while IFS= read -r candidate; do
                answer=$("$candidate" -I -c 'import platform, sys
if platform.python_implementation() == "CPython": print("%d.%d" % sys.version_info[:2], sys.executable)' 2>/dev/null) || continue
                case $answer in "$version "*) printf '%s\n' "${answer#* }"; break ;; esac
            done)
        if [ -n "$found" ]; then printf '%s\n' "$found"; return 0; fi
    done
    return 1
}

install_uv() {
    python=$(first_python 3.11 3.12 3.13 3.14 3.10 3.9) || {
        echo "keting: neither uv nor a CPython to install it with / 找不到 uv，也没有可用来安装它的 Python" >&2
        exit 1
    }
    echo "keting: installing uv into .tools / 正在把 uv 安装到 .tools" >&2
    "$python" -m venv "$root/.tools/uv" >&2
    "$root/.tools/uv/bin/python" -m pip install --quiet --disable-pip-version-check uv >&2
    printf '%s\n' "$root/.tools/uv/bin/uv"
}

case ${1:-} in
    uv) uv=$(first_uv); if [ -n "$uv" ]; then printf '%s\n' "$uv"; else install_uv; fi ;;
    installed-uv) uv=$(first_uv); [ -n "$uv" ] && printf '%s\n' "$uv" ;;
    python) shift; first_python "$@" ;;
    *) sed -n '2,8p' "$0" >&2; exit 2 ;;
esac
