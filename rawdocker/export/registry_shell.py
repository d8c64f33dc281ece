"""What scripts for a shell that ask registries begin with, and functions that their statements call."""

from __future__ import annotations

ALWAYS = """\
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# Send a request (URL, options of curl); the answer is in $tmp/answer. Where the registry wants to know who asks, it is
# told: by a token for anybody, then by credentials. Fails where it refuses.
ask() {
    url=$1
    send "$@" && return
    for who in '' "$(credentials)"; do
        answered 401 || return 1
        authorization=$(authorized "$who") && [ "$authorization" ] || continue
        send "$@" -H "Authorization: $authorization" && return
    done
    return 1
}

send() {
    curl -sSL -D "$tmp/head" -o "$tmp/answer" -w '%{http_code}' "$@" > "$tmp/status" || exit 1
    [ "$(cat "$tmp/status")" -lt 400 ]
}

# Print user:password for the registry that is asked.
credentials() {
    case $url inCREDENTIALS
    esac
}

# Print what the registry is told of who asks (user:password, or nothing for anybody), by its challenge.
authorized() {
    case $(challenge) in
    [Bb]asic*)
        [ -z "$1" ] || printf 'Basic %s' "$(printf %s "$1" | base64 | tr -d '\\n')" ;;
    [Bb]earer*)
        case $url in https:*) only='=https' ;; *) only='=http,https' ;; esac
        curl -fsG --proto "$only" ${1:+-u "$1"} --data-urlencode "service=$(parameter service)" \\
            --data-urlencode "scope=$(parameter scope)" "$(parameter realm)" > "$tmp/token" || return 1
        token=$(field token < "$tmp/token")
        printf 'Bearer %s' "${token:-$(field access_token < "$tmp/token")}" ;;
    esac
}

# Print the challenge of the registry, and what it says of a name.
challenge() {
    tr -d '\\r' < "$tmp/head" | sed -n 's/^[Ww][Ww][Ww]-[Aa]uthenticate: *//p' | tail -n 1
}

parameter() {
    challenge | sed -n 's/.*[ ,]'"$1"'="\\([^"]*\\)".*/\\1/p'
}

# Say what the registry has against it, and end with this exit code.
refused() {
    message=$(field message < "$tmp/answer")
    printf '%s: %s\\n' "$url" "${message:-$(cat "$tmp/status")}" >&2
    exit "$1"
}
"""

FUNCTIONS = {
    "digest": """\
# Print the digest of the answer.
digest() {
    printf 'sha256:%s' "$(sha256sum < "$tmp/answer" | cut -d ' ' -f 1)"
}
""",
    "verified": """\
# End where the bytes of the answer are not those of a digest.
verified() {
    sum=$("${1%%:*}sum" < "$tmp/answer" | cut -d ' ' -f 1)
    [ "${1#*:}" = "$sum" ] || { printf '%s: the bytes are not those of %s\\n' "$url" "$1" >&2; exit 1; }
}
""",
    "tags": """\
# Print the tags in the answer, and in the pages behind it.
tags() {
    while :; do
        tr -d '\\n' < "$tmp/answer" | sed -n 's/.*"tags": *\\[\\([^]]\\{1,\\}\\)\\].*/\\1\\n/p' | tr ',' '\\n' |
            sed 's/^ *"//; s/" *$//; /^ *$/d'
        next || return 0
    done
}
""",
    "pages": """\
# Print the answer, and the pages behind it.
pages() {
    cat "$tmp/answer"
    while next; do cat "$tmp/answer"; done
}
""",
    "next": """\
# Ask for the page behind the answer; fails where there is none.
next() {
    query=$(tr -d '\\r' < "$tmp/head" | sed -n 's/^[Ll]ink: *<[^>]*?\\([^>]*\\)>.*rel="\\{0,1\\}next.*/\\1/p')
    [ "$query" ] || return 1
    ask "${url%%\\?*}?$query" || refused 1
}
""",
}
"""What a script for registries may need besides."""
