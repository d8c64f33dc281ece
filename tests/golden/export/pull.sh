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

# Print the messages on stdin (a JSON object a line) as docker does without a terminal; one may be an error.
progress() {
    tr -d '\r' | sed -n \
        -e '/"error":/{s/.*"error":"\(.*\)"}.*/\1/w '"$tmp/error" -e 'd;}' \
        -e '/"aux":/d' -e '/"progressDetail":{"/d' \
        -e 's/\\u003c/</g' -e 's/\\u003e/>/g' -e 's/\\u0026/\&/g' -e 's/\\"/"/g' \
        -e 's/^{"status":"\(.*\)","progressDetail":{},"id":"\(.*\)"}$/\2: \1/p' -e t \
        -e 's/^{"status":"\(.*\)","id":"\(.*\)"}$/\2: \1/p' -e t \
        -e 's/^{"status":"\(.*\)"}$/\1/p' -e t \
        -e 's/^{"stream":"\(.*\)\\n"}$/\1/p'
    [ ! -s "$tmp/error" ] || { cat "$tmp/error" >&2; exit "$1"; }
}

# The version of the API that the engine speaks.
api=$(curl -sS --unix-socket "$DOCKER_SOCK" --head http://localhost/_ping | tr -d '\r' | sed -n 's/^[Aa]pi-[Vv]ersion: //p')

open 3 -X POST \
    "http://localhost/v${api}/images/create?fromImage=127.0.0.1%3A5000%2Fcourse%2Fhello&tag=1" || refused 1
progress 1 <&3
printf '%s\n' 127.0.0.1:5000/course/hello:1
