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

# Print a field of the JSON on stdin: the first one of that name.
field() {
    tr ',{}' '\n\n\n' | sed -n 's/^ *"'"$1"'": *"\{0,1\}\([^"]*\).*/\1/p' | sed 1q
}

# What runs in the background: it ends with this script, and has no stdin but the one kept here.
running=
trap 'kill $running 2> /dev/null || :; rm -rf "$tmp"' EXIT
exec 9<&0

# Send a request, and read the head of the answer; the body can be read from the descriptor named first.
open() {
    rm -f "$tmp/$1"
    mkfifo "$tmp/$1"
    begin "$@" <&9 > "$tmp/$1" &
    running="$running $!"
    head_of "$1"
}

begin() {
    shift
    exec curl -sSN -D - -H Expect: --unix-socket "$DOCKER_SOCK" "$@"
}

head_of() {
    eval "exec $1< \"\$tmp/$1\""
    read -r _ status _ <&"$1" || exit 1
    echo "$status" > "$tmp/status"
    while read -r line <&"$1" && [ "$line" != "$(printf '\r')" ]; do :; done
    [ "$status" -lt 400 ] || { cat <&"$1" > "$tmp/answer"; return 1; }
}

# Split what a container writes into stdout and stderr. Before each piece stand 8 bytes: the stream (1 is stdout, 2 is
# stderr), three zeros, and the length of the piece as a number of four bytes, the highest first.
frames() {
    while header=$(dd bs=1 count=8 2> /dev/null | od -An -v -tu1) && [ -n "$header" ]; do
        set -- $header
        size=$((($5 << 24) + ($6 << 16) + ($7 << 8) + $8))
        if [ "$1" = 1 ]; then head -c "$size"; else head -c "$size" >&2; fi
    done
}

# The version of the API that the engine speaks.
api=$(curl -sS --unix-socket "$DOCKER_SOCK" --head http://localhost/_ping | tr -d '\r' | sed -n 's/^[Aa]pi-[Vv]ersion: //p')

ask -X GET "http://localhost/v${api}/containers/web/json" || refused 1
inspect_id=$(field Id < "$tmp/answer")
inspect_tty=$(field Tty < "$tmp/answer")
open 3 -X GET \
    "http://localhost/v${api}/containers/${inspect_id}/logs?follow=1&stderr=1&stdout=1&tail=all" || refused 1
if [ "$inspect_tty" = true ]; then cat <&3; else frames <&3; fi
