# shellcheck shell=sh disable=SC2154,SC2153 # names of install.sh, which reads this file
# How install.sh speaks and acts: every action goes through run, which a dry run only tells.

say() { printf '%s\n' "$*"; }
fail() {
    say "install: $1" >&2
    [ -z "${2:-}" ] || say "  → $2" >&2
    exit 1
}
run() { if [ -n "$dry" ]; then say "+ $*"; else "$@"; fi; }
# systemctl for what asks the running system; in a chroot there is none.
booted() { [ -d /run/systemd/system ]; }
running() { if booted; then run systemctl "$@"; fi; }
as_ostiary() {
    # As the door is: its user, its folders, and files that its group may write.
    # shellcheck disable=SC2016 # the inner shell expands
    runuser -u ostiary -- env -u CREDENTIALS_DIRECTORY HOME="$STATE" STATE_DIRECTORY="$STATE" \
        sh -c 'umask 0007; cd /; exec "$@"' sh "$@"
}
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
