# What the scripts share: words on stderr, packages, and images made without a registry. Sourced, never run.
set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that is kept between two runs.
if [ "$(id -u)" -eq 0 ]; then STATE=/var/lib; else STATE=${XDG_CACHE_HOME:-$HOME/.cache}; fi
STATE=${RAWDOCKER_ENGINE_DIR:-$STATE/rawdocker-engine}

say() { echo "$(basename "$0"): $*" >&2; }
die() { say "$*"; exit 1; }

wait_for() { # wait_for SECONDS COMMAND…
    local tries=$(($1 * 10))
    shift
    until "$@"; do
        ((tries-- > 0)) || return 1
        sleep 0.1
    done
}

# macOS has no timeout; there the engine's own limits have to do.
command -v timeout >/dev/null || timeout() { shift && "$@"; }

# need COMMAND:PACKAGES… installs the packages of each command that is missing.
need() {
    local pair missing=()
    for pair; do
        command -v "${pair%%:*}" >/dev/null || missing+=(${pair#*:})
    done
    [ "${#missing[@]}" -eq 0 ] || install_packages "${missing[@]}"
}

install_packages() {
    local command=(apt-get install -y --no-install-recommends "$@") log
    command -v apt-get >/dev/null || die "these Debian packages are missing, under whatever name this system has for them: $*"
    [ "$(id -u)" -eq 0 ] || die "not root, so first install what is missing: sudo apt-get update && sudo ${command[*]}"
    say "installing $*"
    log=$(mktemp)
    apt-get update -qq >"$log" 2>&1 || say "apt-get update failed; trying with the lists there are"
    DEBIAN_FRONTEND=noninteractive "${command[@]}" >>"$log" 2>&1 || { tail -n 20 "$log" >&2; die "apt-get install failed"; }
    rm -f "$log"
}

# The package source apt is configured with, and a suite it has.
distribution() { . /etc/os-release && echo "$ID"; }
mirror() {
    local name
    name=$(distribution)
    apt-get indextargets --format '$(REPO_URI)' "Origin: ${name^}" "Label: ${name^}" 'Component: main' | head -n 1
}

# debian_tar FILE: a minimal Debian 12 file system, or elsewhere than on Debian one of the running release.
debian_tar() {
    local suite=bookworm root
    need debootstrap:debootstrap
    if [ "$(distribution)" != debian ]; then
        suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
        say "no Debian packages here: the image debian:12 is made of this system's own $suite instead"
    fi
    say "building an image of $suite from $(distribution)'s packages (about a minute)"
    root=$(mktemp -d)
    debootstrap --variant=minbase "$suite" "$root" "$(mirror)" >"$1.log" 2>&1 || { tail -n 5 "$1.log" >&2; die "debootstrap failed"; }
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
    tar --one-file-system -C "$root" -cf "$1.part" .
    mv "$1.part" "$1"
    rm -rf "$root"
}

# busybox_tar FILE: one static program under all its names, a megabyte in all.
busybox_tar() {
    local root name busybox
    need busybox:busybox-static
    busybox=$(command -v busybox)
    if ldd "$busybox" >/dev/null 2>&1; then
        install_packages busybox-static
    fi
    root=$(mktemp -d)
    mkdir -p "$root"/{bin,dev,etc,home,proc,root,sys,tmp,usr,var}
    chmod 755 "$root" && chmod 1777 "$root/tmp"
    cp "$busybox" "$root/bin/busybox"
    for name in $("$busybox" --list | grep -vx busybox); do
        ln -s busybox "$root/bin/$name"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    echo 'root:x:0:' >"$root/etc/group"
    tar -C "$root" --owner=0 --group=0 -cf "$1.part" .
    mv "$1.part" "$1"
    rm -rf "$root"
}
