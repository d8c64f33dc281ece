#!/bin/sh
set -eu
# Made by rawdocker --dry-run --as curl: the requests of a verb, sent by curl.
DOCKER_SOCK=${DOCKER_SOCK:-/var/run/docker.sock}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# Send a request; the answer is in $tmp/answer. Fails where the engine refuses.
ask() {
    curl -sS --unix-socket "$DOCKER_SOCK" -o "$tmp/answer" -w '%{http_code}' "$@" > "$tmp/status" || exit 1
    [ "$(cat "$tmp/status")" -lt 400 ]
}

# Say what the engine has against it, and end with this exit code.
refused() {
    message=$(sed -n 's/.*"message": *"\(.*\)"}.*/\1/p' "$tmp/answer" | sed 's/\\\(["\\]\)/\1/g')
    printf 'Error response from daemon: %s\n' "$message" >&2
    exit "$1"
}

answered() {
    [ "$(cat "$tmp/status")" = "$1" ]
}

# Say what the engine has against it, and go on: the exit code will tell.
failed() {
    (refused 1) || failed=1
}

# The version of the API that the engine speaks.
api=$(curl -sS --unix-socket "$DOCKER_SOCK" --head http://localhost/_ping | tr -d '\r' | sed -n 's/^[Aa]pi-[Vv]ersion: //p')

failed=0
if ask -X DELETE "http://localhost/v${api}/containers/web?force=1"; then
    printf '%s\n' web
else
    answered 404 || failed
fi
if ask -X DELETE "http://localhost/v${api}/containers/db?force=1"; then
    printf '%s\n' db
else
    answered 404 || failed
fi
exit "$failed"
