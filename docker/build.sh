#!/usr/bin/env bash
# Builds the images of an installation with docker, podman or buildah, whichever works here.
#   docker/build.sh [NAME...]      airflow trainer trainer-gpu server gateway labelstudio; or all
# Settings (environment): PREFIX (localhost/), TAG (the project's version), BASE, and those of
# pip and uv for packages, which the builds get as secrets.
set -euo pipefail
cd "$(dirname "$0")/.."

ALL=(airflow trainer trainer-gpu server gateway labelstudio)
PREFIX=${PREFIX:-localhost/}
TAG=${TAG:-$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)}

builder() { # the first that can build: docker may be there without its server
    if docker info >/dev/null 2>&1; then echo docker
    elif command -v podman >/dev/null; then echo podman
    elif command -v buildah >/dev/null; then echo buildah
    else
        echo "No image was built: neither docker (with its server), podman nor buildah is here." >&2
        echo "Install one of them, for instance: apt-get install buildah" >&2
        return 1
    fi
}

packages() { # what pip and uv were told, as they name it
    local name
    for name in UV_DEFAULT_INDEX UV_INDEX UV_INDEX_STRATEGY PIP_INDEX_URL PIP_EXTRA_INDEX_URL; do
        if [ -n "${!name:-}" ]; then printf "%s='%s'\n" "$name" "${!name}"; fi
    done
    if [ -z "${UV_DEFAULT_INDEX:-}" ] && [ -n "${PIP_INDEX_URL:-}" ]; then
        printf "UV_DEFAULT_INDEX='%s'\n" "$PIP_INDEX_URL"
    fi
}

build() { # build NAME: trainer-gpu is the trainer with torch's build for CUDA
    local name=$1 target=${1%-gpu} words=()
    [[ " ${ALL[*]} " == *" $name "* ]] || { echo "$name is none of: ${ALL[*]}" >&2; return 2; }
    for setting in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY BASE; do
        if [ -n "${!setting:-}" ]; then words+=(--build-arg "$setting=${!setting}"); fi
    done
    if [ -s "$CA" ]; then words+=(--secret "id=ca,src=$CA"); fi
    if [ "$name" != trainer-gpu ]; then
        if [ -d "$WHEELS" ]; then words+=(--build-context "wheels=$WHEELS")
        else words+=(--build-arg TORCH_BACKEND=cpu); fi
    fi
    "$BUILDER" build --file docker/Dockerfile --target "$target" --tag "$PREFIX""aileron-$name:$TAG" \
        --secret "id=packages,src=$SETTINGS" "${words[@]}" .
    echo "$PREFIX""aileron-$name:$TAG"
}

WHEELS=${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}}
if [ -n "$WHEELS" ] && [ ! -d "$WHEELS" ]; then
    echo "UV_FIND_LINKS or PIP_FIND_LINKS is no single folder of this machine, and a build can" >&2
    echo "be given no other. Name one folder of wheels, or unset it." >&2
    exit 2
fi
BUILDER=$(builder)
CA=${SSL_CERT_FILE:-${PIP_CERT:-}}
SETTINGS=$(mktemp)
trap 'rm -f "$SETTINGS"' EXIT
packages >"$SETTINGS"
[ $# -gt 0 ] || set -- "${ALL[@]}"
for name in "$@"; do build "$name"; done
