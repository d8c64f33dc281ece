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

head_of() {
    eval "exec $1< \"\$tmp/$1\""
    read -r _ status _ <&"$1" || exit 1
    echo "$status" > "$tmp/status"
    while read -r line <&"$1" && [ "$line" != "$(printf '\r')" ]; do :; done
    [ "$status" -lt 400 ] || { cat <&"$1" > "$tmp/answer"; return 1; }
}

# Send a request (method, path, body) whose connection becomes a stream, and stdin on it; read the head of the answer.
# curl cannot send on such a connection, and close one direction while output goes on: Python can.
talk() {
    rm -f "$tmp/$1"
    mkfifo "$tmp/$1"
    python3 -c "$TALK" "$2" "$3" "${4-}" '' "$DOCKER_SOCK" <&9 > "$tmp/$1" &
    running="$running $!"
    head_of "$1"
}

TALK='
import os, socket, sys, termios, threading, tty
method, path, body, terminal, *address = sys.argv[1:]
if len(address) == 1:
    engine = socket.socket(socket.AF_UNIX)
    engine.connect(address[0])
else:
    engine = socket.create_connection(address)
head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
if body:
    head += f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n"
engine.sendall(f"{head}\r\n{body}".encode())
answer = b""
while b"\r\n\r\n" not in answer and (data := engine.recv(65536)):
    answer += data
os.write(1, answer)

def send_stdin():
    while data := os.read(0, 65536):
        engine.sendall(data)
    engine.shutdown(socket.SHUT_WR)

raw = terminal and os.isatty(0)
if raw:
    before = termios.tcgetattr(0)
    tty.setraw(0)
threading.Thread(target=send_stdin, daemon=True).start()
try:
    while data := engine.recv(65536):
        os.write(1, data)
finally:
    if raw:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
    os._exit(0)
'

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
ask -X POST "http://localhost/v${api}/containers/web/exec" -H 'Content-Type: application/json' \
    --data-binary '{
  "Cmd": [
    "sh",
    "-c",
    "cat; exit 3"
  ],
  "AttachStdout": true,
  "AttachStderr": true,
  "AttachStdin": true
}' || refused 1
exec_id=$(field Id < "$tmp/answer")
talk 3 POST "/v${api}/exec/${exec_id}/start" '{}' || refused 1
frames <&3
ask -X GET "http://localhost/v${api}/exec/${exec_id}/json" || refused 1
inspect_2_exit_code=$(field ExitCode < "$tmp/answer")
exit "${inspect_2_exit_code}"
