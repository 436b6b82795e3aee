#!/bin/sh
# Inside a build: what goes into /opt/venv. The settings of packages come as secrets, since an
# index's address may hold a password; no layer keeps them.
#   install.sh tools                     uv and an empty environment
#   install.sh extras A,B [NAME...]      distributions of the extras A and B and others, locked
#   install.sh lock FILE                 exactly what FILE lists
#   install.sh aileron                   Aileron alone, in /opt/aileron
set -eu

if [ -f /run/secrets/packages ]; then set -a; . /run/secrets/packages; set +a; fi
if [ -s /run/secrets/ca ]; then export SSL_CERT_FILE=/run/secrets/ca PIP_CERT=/run/secrets/ca; fi
if [ -d /wheels ]; then export UV_FIND_LINKS=/wheels; fi
# A layer keeps no exact times, by which compiled files would be checked.
export PYC_INVALIDATION_MODE=UNCHECKED_HASH UV_NO_CACHE=1 UV_LINK_MODE=copy

install() {
    uv pip install --quiet --python /opt/venv/bin/python --compile-bytecode "$@"
}

case $1 in
tools)
    python3 -m pip install --quiet --no-cache-dir --root-user-action ignore \
        "$(grep '^uv==' requirements.lock)"
    uv venv --quiet --python python3 /opt/venv
    ;;
extras)
    words=$(echo "$2" | sed 's/^/--extra /; s/,/ --extra /g')
    shift 2
    if [ -n "${TORCH_BACKEND:-}" ]; then export UV_TORCH_BACKEND=$TORCH_BACKEND; fi
    install --constraint requirements.lock --requirements pyproject.toml $words "$@"
    ;;
lock)
    install --no-deps --requirements "$2"
    ;;
aileron)
    uv build --quiet --wheel --build-constraints build.lock --out-dir /build/dist
    install --no-deps --prefix /opt/aileron /build/dist/*.whl
    ;;
*)
    echo "install.sh: $1 is unknown" >&2
    exit 2
    ;;
esac
