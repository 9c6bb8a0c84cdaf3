# shellcheck shell=sh disable=SC2154,SC2153 # names of install.sh, which reads this file
# From one version to another, and back if the doctor finds faults that were not there before.

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

# Prints the units of Ostiary that run.
active() {
    booted || return 0
    systemctl list-units --plain --no-legend --state=active,activating,reloading \
        'ostiary-*.service' 'ostiary-*.timer' | awk '{print $1}'
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
