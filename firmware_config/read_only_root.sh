#!/bin/sh
# Makes the root of a Raspberry Pi read-only, with everything that may change on a data partition:
# a power cut then finds no file of the system half written, and the card lasts for years.
#
#   sudo sh read_only_root.sh on [--dry-run]     then restart
#   sudo sh read_only_root.sh off [--dry-run]    before an upgrade, and restart
#
# First make a partition (1 GB is plenty) with the label ostiary-data, on the card or on a USB disk:
#   sudo mkfs.ext4 -L ostiary-data /dev/mmcblk0p3
# ROOT=/some/folder does it to a system that is mounted there; it then needs no root rights.
set -eu

ROOT="${ROOT:-}"
LABEL=ostiary-data
FSTAB="$ROOT/etc/fstab"
DATA="$ROOT/var/lib/ostiary"
JOURNAL="$ROOT/var/log/journal"
# By itself overlayroot lays memory over every partition of fstab, the data too: recurse=0 keeps it
# to the root.
OURS="overlayroot=tmpfs:recurse=0"

do_it=${1:-}
dry=""
[ "${2:-}" != --dry-run ] || dry=yes

say() { printf '%s\n' "$*"; }
fail() { say "read_only_root: $1" >&2; shift; for line; do say "  → $line" >&2; done; exit 1; }
run() { if [ -n "$dry" ]; then say "+ $*"; else "$@"; fi; }

# Puts stdin in the place of the file $1, whole or not at all.
replace() {
    if [ -n "$dry" ]; then say "+ write $1:"; sed 's/^/    /'; return; fi
    cat >"$1.new"
    chmod --reference="$1" "$1.new"
    sync "$1.new"
    mv "$1.new" "$1"
}

command_line() {
    for file in "$ROOT/boot/firmware/cmdline.txt" "$ROOT/boot/cmdline.txt"; do
        [ ! -f "$file" ] || { say "$file"; return; }
    done
    fail "there is no cmdline.txt" "This is for Raspberry Pi OS."
}

without_ours() { sed -e '/^# Ostiary: data/d' -e "/^LABEL=$LABEL /d" -e '\|^/var/lib/ostiary/.journal |d' "$FSTAB"; }

on() {
    boot=$(command_line)
    if [ -z "$ROOT" ]; then
        [ -e "/dev/disk/by-label/$LABEL" ] || fail "there is no partition with the label $LABEL" \
            "Make one: sudo mkfs.ext4 -L $LABEL /dev/…"
        command -v raspi-config >/dev/null || fail "there is no raspi-config" "This is for Raspberry Pi OS."
    fi
    if [ -d "$DATA" ] && [ -n "$(ls -A "$DATA")" ] && ! grep -q "^LABEL=$LABEL " "$FSTAB"; then
        fail "$DATA holds data, which the partition would hide" \
            "Stop Ostiary, copy it (cp -a) to the partition, move it away, and try again."
    fi
    run mkdir -p "$DATA" "$JOURNAL"
    # noexec: nothing that is run lies there. commit=5: what SQLite synchronises is on the disk at
    # once; this is for the rest. No nofail: without the partition the door stays locked, and says so.
    {
        without_ours
        say "# Ostiary: data (read_only_root.sh)"
        say "LABEL=$LABEL /var/lib/ostiary ext4 rw,noatime,nodev,nosuid,noexec,commit=5,x-systemd.device-timeout=30s 0 2"
        say "/var/lib/ostiary/.journal /var/log/journal none bind,x-systemd.requires-mounts-for=/var/lib/ostiary,nofail 0 0"
    } | replace "$FSTAB"
    if [ -z "$ROOT" ]; then
        run mount /var/lib/ostiary
        run install -d -m 2755 -g systemd-journal /var/lib/ostiary/.journal
        run raspi-config nonint enable_overlayfs
    fi
    sed -E "s/ ?overlayroot=[^ ]*//g; s/^ +//; 1s/^/$OURS /" "$boot" | replace "$boot"
    [ -n "$ROOT" ] || run raspi-config nonint enable_bootro
    say "From the next start the root is read-only. Settings and upgrades: switch it off first."
}

off() {
    boot=$(command_line)
    [ -n "$ROOT" ] || run mount -o remount,rw "${boot%/*}"
    sed -E "s/ ?overlayroot=[^ ]*//g; s/^ +//" "$boot" | replace "$boot"
    if [ -z "$ROOT" ]; then
        if grep -q overlayroot= /proc/cmdline; then
            say "After the next start say off once more, for the partition that it starts from."
        else
            run raspi-config nonint disable_bootro
        fi
    fi
    say "From the next start the root can be written. The data stay on their partition."
}

case "$do_it" in
on) on ;;
off) off ;;
*) fail "say on or off" "sudo sh read_only_root.sh on --dry-run" ;;
esac
