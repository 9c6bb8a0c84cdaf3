#!/bin/sh
# Installs Ostiary on Raspberry Pi OS or Debian (Bookworm, Trixie), or brings it to this version.
#
#   sudo sh firmware_config/install.sh                install, or upgrade; as often as one likes
#   sudo sh firmware_config/install.sh uninstall      take it away; people, record and keys stay
#
#   --dry-run      tell what would be done, and do nothing
#   --kiosk        also the enrollment kiosk on a screen of this machine (cage, chromium)
#   --firewall     also load the firewall, which denies by default (nftables)
#   --no-start     leave the services stopped
#   --any-system   do not insist on a system that it was made for
#   --purge        with uninstall: people, record, keys and settings, too; asks once, unless --yes
#
# Each version lies whole in a folder of its own, and a link says which one runs. An upgrade stops the
# services (the door is locked), keeps a copy of the databases, and asks `ostiary doctor` before and
# after: if anything is at fault that was well before, version and databases are put back.
set -eu

HERE=$(cd "$(dirname "$0")" && pwd)
TREE=${HERE%/*}
PREFIX=/opt/ostiary
CURRENT=$PREFIX/current
KEPT=$PREFIX/before-upgrade
STATE=/var/lib/ostiary
SETTINGS=/etc/ostiary/ostiary.toml
PROGRAM=/usr/bin/ostiary
PYTHON=${PYTHON:-/usr/bin/python3}
MEGABYTES=1500 # of a version: 0.9 GB of libraries and networks, and as much again while pip unpacks

do_it=install dry="" kiosk="" firewall="" start=yes any="" purge="" yes=""
for argument; do
    case "$argument" in
    install | uninstall) do_it=$argument ;;
    --dry-run) dry=yes ;;
    --kiosk) kiosk=yes ;;
    --firewall) firewall=yes ;;
    --no-start) start="" ;;
    --any-system) any=yes ;;
    --purge) purge=yes ;;
    --yes) yes=yes ;;
    *)
        sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"
        [ "$argument" = --help ] && exit 0
        exit 2
        ;;
    esac
done

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

check_system() {
    [ -n "$dry" ] || [ "$(id -u)" = 0 ] || fail "only root can install" "sudo sh $0"
    # shellcheck disable=SC1091 # not there where this is checked
    codename=$(. /etc/os-release && say "${VERSION_CODENAME:-unknown}")
    case "$codename $(uname -m)" in
    bookworm\ aarch64 | bookworm\ x86_64 | trixie\ aarch64 | trixie\ x86_64) ;;
    *) [ -n "$any$dry" ] || fail "this is $codename on $(uname -m)" \
        "It was made for Bookworm and Trixie with 64 bits; --any-system tries all the same." ;;
    esac
    ! grep -q overlayroot= /proc/cmdline || fail "the root is read-only; nothing would last" \
        "sudo sh /usr/share/ostiary/read_only_root.sh off, restart, and try again."
    ! installed ostiary || fail "Ostiary is installed as a Debian package" \
        "Upgrade it with apt, or remove it first: apt remove ostiary"
}

check_space() {
    free=$(df -Pm /opt 2>/dev/null | awk 'NR == 2 {print $4}')
    [ "${free:-$MEGABYTES}" -ge "$MEGABYTES" ] ||
        fail "/opt has $free MB free, and $MEGABYTES are needed" "Free space, or use a larger card."
}

install_packages() {
    wanted="python3-venv chrony"
    if [ -e /proc/device-tree/model ]; then
        # Cameras on the ribbon and keyboards' events: the system's, since no wheel has them.
        wanted="$wanted python3-picamera2 python3-evdev"
    fi
    [ -z "$kiosk" ] || wanted="$wanted cage chromium"
    [ -z "$firewall" ] || wanted="$wanted nftables"
    missing=""
    for package in $wanted; do installed "$package" || missing="$missing $package"; done
    [ -n "$missing" ] || return 0
    run apt-get update -qq
    # shellcheck disable=SC2086 # one word each
    run apt-get install -qq -y --no-install-recommends $missing
}

# The name of this tree's version: its number, and a digest of everything that makes it.
version_name() {
    number=$(sed -n 's/^version = "\(.*\)"/\1/p' "$TREE/pyproject.toml")
    digest=$(cd "$TREE" && find edge enroll systemd firmware_config pyproject.toml constraints.txt \
        wheels.txt -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
    say "$number-$(say "$digest" | cut -c1-12)"
}

build() {
    [ ! -e "$1/whole" ] || return 0
    say "Building $1; on a Raspberry Pi this takes some minutes."
    run rm -rf "$1"
    run mkdir -p "$1"
    run env PYTHON="$PYTHON" VENV="$1" sh "$HERE/make_venv.sh"
    # From a copy: pip would leave its own files in the tree.
    copy=$(mktemp -d)
    for each in edge enroll pyproject.toml README.md LICENSE; do run cp -R "$TREE/$each" "$copy"; done
    pip="$1/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir"
    # shellcheck disable=SC2086 # a command line
    run $pip --constraint "$TREE/constraints.txt" "$copy"
    # shellcheck disable=SC2086
    run $pip --constraint "$TREE/constraints.txt" --no-deps --requirement "$TREE/wheels.txt"
    rm -rf "$copy"
    run mkdir "$1/tree"
    run cp -R "$TREE/systemd" "$TREE/firmware_config" "$1/tree"
    run sync -f "$1"
    run touch "$1/whole"
}

# Prints source and destination of every file of the tree $1.
files_of() { grep -v '^#' "$1/firmware_config/files.txt"; }

# Lays down the files of the version $1, and takes away those of the version $2 that it has no more.
lay_out() {
    from=$1/tree
    [ -d "$from" ] || from=$TREE # a dry run has built nothing
    if [ -n "${2:-}" ]; then
        files_of "$2/tree" | while read -r _ place; do
            files_of "$from" | grep -q " $place\$" || run rm -f "$place"
        done
    fi
    files_of "$from" | while read -r source place; do
        run install -D -m 0644 "$from/$source" "$place"
    done
    run ln -sfn "$1" "$CURRENT.new"
    run mv -T "$CURRENT.new" "$CURRENT"
    run ln -sf "$CURRENT/bin/ostiary" "$PROGRAM"
}

prepare_system() {
    run systemd-sysusers ostiary.conf
    if [ ! -e "$SETTINGS" ]; then
        run install -D -m 0640 -g ostiary /usr/share/ostiary/ostiary.toml "$SETTINGS"
    fi
    run systemd-tmpfiles --create ostiary.conf
    for boot in /boot/firmware/config.txt /boot/config.txt; do
        if [ -f "$boot" ] && [ ! -L "$boot" ] && ! grep -q '^# >>> Ostiary' "$boot"; then
            # Once: from then on the lines are the site's, who may have other pins.
            say "Adding the lines of config.txt to $boot; they count from the next start."
            [ -n "$dry" ] || {
                say "# >>> Ostiary"
                cat /usr/share/ostiary/config.txt
                say "# <<< Ostiary"
            } >>"$boot"
            break
        fi
    done
    if [ -n "$firewall" ] && ! grep -qs '^include "/etc/nftables.d/' /etc/nftables.conf; then
        say 'Adding to /etc/nftables.conf: include "/etc/nftables.d/*.nft"'
        [ -n "$dry" ] || say 'include "/etc/nftables.d/*.nft"' >>/etc/nftables.conf
    fi
    running daemon-reload
    if booted; then
        run udevadm control --reload
        run sysctl --quiet --load /usr/lib/sysctl.d/60-ostiary.conf --ignore
        run systemctl try-restart systemd-journald chrony
        [ -z "$firewall" ] || run systemctl enable --now nftables
        [ -z "$firewall" ] || run systemctl reload nftables
    fi
}

# Prints the subjects that `ostiary doctor` of the version $1 finds at fault, one a line, sorted.
faults_of() {
    as_ostiary "$1/bin/ostiary" doctor --json 2>/dev/null | "$PYTHON" -c '
import json, sys
try:
    found = [each["subject"] for each in json.load(sys.stdin) if each["health"] == "fault"]
except (ValueError, KeyError, TypeError):
    found = ["doctor"]
print("\n".join(sorted(found)))' | sed '/^$/d'
}

keep_databases() {
    run rm -rf "$KEPT"
    run install -d -m 0700 "$KEPT"
    run find "$STATE" -mindepth 1 -maxdepth 1 ! -name models ! -name backups ! -name audit.reserve \
        ! -name lost+found ! -name .journal -exec cp -a -t "$KEPT" {} +
    run touch "$KEPT/.whole"
}

put_databases_back() {
    [ -e "$KEPT/.whole" ] || fail "the copy of the databases is not whole" "Restore the last backup."
    rm -f "$KEPT/.whole"
    # Logs that belong to the newer files would be played into the older ones.
    rm -f "$STATE"/*.db-wal "$STATE"/*.db-shm "$STATE"/*.db
    cp -a "$KEPT/." "$STATE/"
    rm -rf "$KEPT"
}

active() { booted && systemctl list-units --plain --no-legend --state=active,activating,reloading \
    'ostiary-*.service' 'ostiary-*.timer' | awk '{print $1}' || true; }

first_install() {
    lay_out "$1"
    prepare_system
    if [ -z "$dry" ]; then
        as_ostiary "$PROGRAM" models prepare >/dev/null
        as_ostiary "$PROGRAM" doctor || say "What is at fault above, the door waits for."
    else
        say "+ as ostiary: ostiary models prepare; ostiary doctor"
    fi
    run systemctl enable ostiary.target ostiary-door.service ostiary-web.service \
        ostiary-sweep.timer ostiary-backup.timer
    [ -z "$kiosk" ] || run systemctl enable ostiary-kiosk.service
    [ -z "$start" ] || running start ostiary.target
    say "Ostiary is installed. Settings: $SETTINGS. The pages' first link: journalctl -u ostiary-web"
}

upgrade() {
    old=$(readlink -f "$CURRENT")
    were=$(active)
    # shellcheck disable=SC2086 # one word each
    [ -z "$were" ] || run systemctl stop $were
    if [ -n "$dry" ]; then
        say "+ as ostiary: ostiary doctor, of the old version"
        keep_databases
        lay_out "$1" "$old"
        prepare_system
        say "+ as ostiary: ostiary models prepare; ostiary doctor; and back to $old if it finds new faults"
    else
        before=$(faults_of "$old")
        keep_databases
        lay_out "$1" "$old"
        prepare_system
        as_ostiary "$PROGRAM" models prepare >/dev/null || true # the doctor tells
        new=$(faults_of "$1" | while read -r each; do
            say "$before" | grep -qxF "$each" || say "$each"
        done)
        if [ -n "$new" ]; then
            as_ostiary "$PROGRAM" doctor >&2 || true
            lay_out "$old" "$1"
            put_databases_back
            prepare_system
            # shellcheck disable=SC2086
            [ -z "$were" ] || systemctl start $were
            fail "back at the version before: the new one is at fault with $(say "$new" | tr '\n' ' ')" \
                "What its doctor said is above. Nothing was lost."
        fi
        rm -rf "$KEPT"
    fi
    [ -z "$kiosk" ] || run systemctl enable ostiary-kiosk.service
    # shellcheck disable=SC2086
    [ -z "$were" ] || [ -z "$start" ] || run systemctl start $were
    for each in "$PREFIX"/releases/*; do
        [ "$each" = "$1" ] || [ "$each" = "$old" ] || run rm -rf "$each"
    done
    say "Ostiary is at ${1##*/}; ${old##*/} is kept."
}

install_it() {
    check_system
    release=$PREFIX/releases/$(version_name)
    [ -e "$release/whole" ] || check_space
    install_packages
    build "$release"
    if [ -e "$CURRENT/whole" ] && [ "$(readlink -f "$CURRENT")" != "$release" ]; then
        upgrade "$release"
    elif [ -e "$CURRENT/whole" ]; then
        lay_out "$release"
        prepare_system
        [ -z "$kiosk" ] || run systemctl enable ostiary-kiosk.service
        say "Ostiary is at ${release##*/}, as it was."
    else
        first_install "$release"
    fi
}

uninstall() {
    [ -n "$dry" ] || [ "$(id -u)" = 0 ] || fail "only root can uninstall" "sudo sh $0 uninstall"
    if [ -n "$purge" ] && [ -z "$yes$dry" ]; then
        printf 'People, record and keys of this door will be gone for ever. Type "erase": '
        read -r answer
        [ "$answer" = erase ] || fail "nothing was done"
    fi
    # Stopped, the door's unit secures the lock with the program that is still there.
    running stop ostiary.target 'ostiary-*.service' 'ostiary-*.timer'
    tree=$TREE
    [ ! -d "$CURRENT/tree" ] || tree=$CURRENT/tree
    for unit in $(files_of "$tree" | sed -n 's|.*/systemd/system/||p'); do
        ! grep -qs '^\[Install\]' "/usr/lib/systemd/system/$unit" || run systemctl disable --quiet "$unit"
    done
    files_of "$tree" | while read -r _ place; do run rm -f "$place"; done
    for boot in /boot/firmware/config.txt /boot/config.txt; do
        [ ! -f "$boot" ] || [ -L "$boot" ] || run sed -i '/^# >>> Ostiary/,/^# <<< Ostiary/d' "$boot"
    done
    [ ! -e /etc/nftables.conf ] || run sed -i '\|^include "/etc/nftables.d/\*.nft"|d' /etc/nftables.conf
    run rm -rf "$PROGRAM" "$PREFIX" /usr/share/ostiary
    running daemon-reload
    if [ -n "$purge" ]; then
        # The key first: whatever a card still holds of the rest cannot be read without it.
        run rm -f "$STATE/ostiary.key"
        run find "$STATE" -mindepth 1 -delete
        run rm -rf "$STATE" /etc/ostiary
        say "Nothing of Ostiary is left but its users' names."
    else
        say "Ostiary is gone. People, record and keys are in $STATE, settings in ${SETTINGS%/*}."
    fi
}

case "$do_it" in
install) install_it ;;
uninstall) uninstall ;;
esac
