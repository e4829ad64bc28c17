# Makes .venv and keeps it current; sourced by ./check and ./demo, which set WANTED to the extras they need.
# Nothing here asks a question: it works without a terminal, as root and as a user.

PYTHON=${PYTHON:-}
if [ -z "$PYTHON" ]; then
    for candidate in python3.11 python3.12 python3.13 python3; do
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            PYTHON=$candidate
            break
        fi
    done
fi
if [ -z "$PYTHON" ]; then
    echo "Python 3.11 or newer is needed; install python3 (or set PYTHON) and run this again." >&2
    exit 1
fi

may_apt() { command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; }

apt_install() {
    if [ -z "${APT_UPDATED:-}" ]; then
        apt-get update -qq </dev/null >/dev/null 2>&1 || true
        APT_UPDATED=1
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null 2>&1
}

# The pip of this Python can fill a venv that has none of its own, which is made in no time.
outer_pip() {
    "$PYTHON" -m pip --python "$("$PYTHON" -c 'import sys; print(sys.executable)')" --version >/dev/null 2>&1
}

make_venv() {
    if outer_pip && "$PYTHON" -m venv --without-pip .venv 2>/dev/null; then return; fi
    if "$PYTHON" -m venv .venv 2>/dev/null; then return; fi
    rm -rf .venv
    if may_apt && apt_install python3-venv && "$PYTHON" -m venv .venv; then return; fi
    echo "Python's venv module is missing; install it (Debian: apt-get install python3-venv)." >&2
    exit 1
}

pip_install() {
    local pip=(.venv/bin/python -m pip)
    "${pip[@]}" --version >/dev/null 2>&1 || pip=("$PYTHON" -m pip --python .venv/bin/python)
    # Without --no-compile every module is compiled now, instead of those in use when they are first used.
    "${pip[@]}" install --quiet --disable-pip-version-check --no-input --no-compile --root-user-action ignore "$@" || {
        echo "pip could not install the packages that pyproject.toml names; its message is above." >&2
        exit 1
    }
}

install_runtime() { # The source is used where it stands, so nothing has to be built.
    local names=()
    mapfile -t names < <("$PYTHON" -c \
        'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")')
    pip_install "${names[@]}"
    echo "$PWD/src" >"$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/wharfinger-source.pth"
}

bootstrap() {
    [ -x .venv/bin/python ] || make_venv
    local stamp=".venv/.installed-${WANTED:-runtime}" now
    now=$(cat pyproject.toml dev/environment.sh | sha256sum)
    # What ./check installs serves ./demo too.
    if [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] || [ "$(cat .venv/.installed-dev 2>/dev/null)" = "$now" ]; then
        return
    fi
    echo "Installing Wharfinger's packages into .venv …"
    if [ -n "${WANTED:-}" ]; then pip_install -e ".[$WANTED]"; else install_runtime; fi
    echo "$now" >"$stamp"
}
