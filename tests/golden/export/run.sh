#!/bin/sh
set -eu
# Made by rawdocker --dry-run --as curl: the requests of a verb, sent by curl.
: "${SECRET_1:?value of DB_PASSWORD}"
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
    case $message in
        *'executable file not found'*) exit 127 ;;
        *'no such file or directory'*) exit 127 ;;
        *'permission denied'*) exit 126 ;;
        *'is a directory'*) exit 126 ;;
    esac
    exit "$1"
}

answered() {
    [ "$(cat "$tmp/status")" = "$1" ]
}

# Print a field of the JSON on stdin: the first one of that name.
field() {
    tr ',{}' '\n\n\n' | sed -n 's/^ *"'"$1"'": *"\{0,1\}\([^"]*\).*/\1/p' | sed 1q
}

# Print a text as it stands between the quotes of a JSON text.
json() {
    printf %s "$1" | od -An -v -tu1 | LC_ALL=C awk '{
        for (i = 1; i <= NF; i++) printf ($i < 32 || $i == 34 || $i == 92 ? "\\u%04x" : "%c"), $i
    }'
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

if ! ask -X POST "http://localhost/v${api}/containers/create?name=web" \
    -H 'Content-Type: application/json' --data-binary '{
  "Image": "debian:12",
  "Cmd": [
    "echo",
    "hi"
  ],
  "Env": [
    "DB_PASSWORD='"$(json "$SECRET_1")"'"
  ],
  "AttachStdout": true,
  "AttachStderr": true
}'; then
    answered 404 || refused 125
    open 3 -X POST \
        "http://localhost/v${api}/images/create?fromImage=docker.io%2Flibrary%2Fdebian&tag=12" || refused 125
    progress 125 <&3 >&2
    ask -X POST "http://localhost/v${api}/containers/create?name=web" \
        -H 'Content-Type: application/json' --data-binary '{
  "Image": "debian:12",
  "Cmd": [
    "echo",
    "hi"
  ],
  "Env": [
    "DB_PASSWORD='"$(json "$SECRET_1")"'"
  ],
  "AttachStdout": true,
  "AttachStderr": true
}' || refused 125
fi
create_id=$(field Id < "$tmp/answer")
open 3 -X POST "http://localhost/v${api}/containers/${create_id}/attach?stderr=1&stdout=1&stream=1" || refused 1
open 4 -X POST "http://localhost/v${api}/containers/${create_id}/wait?condition=next-exit" || refused 1
ask -X POST "http://localhost/v${api}/containers/${create_id}/start" || refused 125
frames <&3
cat <&4 > "$tmp/answer"
wait_status_code=$(field StatusCode < "$tmp/answer")
exit "${wait_status_code}"
