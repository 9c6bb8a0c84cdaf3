#!/bin/sh
# shellcheck disable=SC2034 # its names are used by the parts that it reads
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
        sed -n '3,/^set -eu/s/^# \{0,1\}//p' "$0"
        [ "$argument" = --help ] && exit 0
        exit 2
        ;;
    esac
done

for part in common system version upgrade uninstall; do
    # shellcheck source=/dev/null # each is checked by itself
    . "$HERE/installing/$part.sh"
done

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

install_it() {
    check_system
    release=$PREFIX/releases/$(version_name)
    [ -e "$release/whole" ] || check_space
    install_packages
    build "$release"
    if [ -e "$CURRENT/whole" ] && [ "$(readlink -f "$CURRENT")" != "$release" ]; then
        upgrade "$release"
    elif [ -e "$KEPT/.whole" ]; then
        finish_upgrade "$release"
    elif [ -e "$CURRENT/whole" ]; then
        lay_out "$release"
        prepare_system
        [ -z "$kiosk" ] || run systemctl enable ostiary-kiosk.service
        say "Ostiary is at ${release##*/}, as it was."
    else
        first_install "$release"
    fi
}

case "$do_it" in
install) install_it ;;
uninstall) uninstall ;;
esac
