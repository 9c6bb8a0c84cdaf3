#!/bin/sh
# shellcheck disable=SC2016 # backquotes are Markdown's
# Proves Ostiary on a Raspberry Pi's processor, on any Debian machine; as root. Takes hours.
#
#   sudo sh bench/arm64.sh            all
#   sudo sh bench/arm64.sh 90         no new folder of tests after 90 minutes of tests
#
# Prints a page in Markdown, which docs/arm64.md keeps. It has the wheels, the embeddings beside those
# of this machine, the first person enrolled and found, this machine's databases read there, and the
# fast tests folder by folder. Made with debian.sh, whose DEBIANS and PYTHON mean the same here.
set -eu

HERE=$(cd "$(dirname "$0")" && pwd)
TREE=${HERE%/*}
export DEBIANS="${DEBIANS:-${XDG_CACHE_HOME:-$HOME/.cache}/ostiary-debian}"
export PYTHON="${PYTHON:-$TREE/.venv/bin/python}"
export PYTHONPATH="$TREE"
minutes=${1:-100000}
exchange=$DEBIANS/exchange
logs=$DEBIANS/logs
status=0

# What everything else stands on is tested first.
FIRST="tests/edge/storage tests/edge/portal tests/edge/access tests/edge/readers tests/edge/liveness
tests/edge/vision tests/edge/collection tests/edge/audit tests/edge/door"

on_arm() {
    sh "$HERE/debian.sh" arm64 trixie "$@"
}

# Shows a command as somebody would type it there, and what it prints.
show() {
    told=$1
    shift
    printf '\n```console\n%s\n' "$told"
    "$@" 2>>"$logs/errors.log" || {
        printf '(ended with status %s)\n' $?
        status=1
    }
    printf '```\n'
}

took() {
    seconds=$(($(date +%s) - $1))
    printf '%d min %02d s' $((seconds / 60)) $((seconds % 60))
}

folders() {
    echo "$FIRST"
    cd "$TREE"
    for each in tests/edge/*/ tests/[!es]*/ tests/enroll/ tests/systemd/ tests/edge/test_*.py tests/test_*.py; do
        each=${each%/}
        case " $(echo "$FIRST" | tr '\n' ' ') tests/__pycache__ tests/edge/__pycache__ " in
        *" $each "*) ;;
        *) echo "$each" ;;
        esac
    done
}

test_all() {
    begun=$(date +%s)
    printf '\n| tests | passed | skipped | failed | time |\n|---|---|---|---|---|\n'
    for part in $(folders); do
        if [ $(($(date +%s) - begun)) -ge $((minutes * 60)) ]; then
            printf '| `%s` | | | | not begun in the time given |\n' "$part"
            continue
        fi
        log=$logs/$(echo "$part" | tr / -).log
        part_begun=$(date +%s)
        on_arm .venv/bin/python -m pytest "$part" --numprocesses 2 --dist loadfile \
            --timeout 3600 -rsfE >"$log" 2>&1 || :
        printf '| `%s` | %s | %s | %s | %s |\n' "$part" "$(count passed "$log")" \
            "$(count skipped "$log")" "$(count 'failed\|error\|errors' "$log")" "$(took "$part_begun")"
        [ -z "$(count 'failed\|error\|errors' "$log")" ] || status=1
    done
    printf '\nSkipped, because:\n\n'
    sed -n 's/^SKIPPED \[\([0-9]*\)\] [^ ]*: \(.*\)$/\1 \2/p' "$logs"/tests*.log |
        awk '{ n = $1; $1 = ""; sum[$0] += n } END { for (why in sum) print "-" why ": " sum[why] }' | sort
    printf '\nFailed:\n\n'
    sed -n 's/^\(FAILED\|ERROR\) \([^ ]*\).*$/- `\2`/p' "$logs"/tests*.log | sort -u | grep . || echo "- none"
}

# The number before a word in pytest's last line.
count() {
    tail -n 3 "$2" | sed -n "s/.*\b\([0-9][0-9]*\) \($1\)\b.*/\1/p" | tail -n 1
}

mkdir -p "$exchange" "$logs"
rm -rf "${exchange:?}"/* "${logs:?}"/*
cat <<END
# On a Raspberry Pi's processor

Printed by \`sudo sh bench/arm64.sh $*\` on $(date -u +%F), at commit $(git -C "$TREE" rev-parse --short HEAD), on $(uname -m): Debian 13 for
arm64, its programs run by $(qemu-aarch64-static --version 2>/dev/null | sed -n 's/^qemu-aarch64 version \([0-9.]*\).*/QEMU \1/p') as a Cortex-A72 (Raspberry Pi 4) and, where said, a Cortex-A76 (Raspberry Pi 5).
What it shows: that the published wheels are there and run, that the same faces give the same vectors, that
databases can be carried over, that the tests pass. What it cannot show: speed, the camera, the pins, the kernel.

## Wheels

All that can be installed is there for Raspberry Pi OS 12 and 13, nothing is compiled. \`evdev\` comes from Debian there.
END
for python in 3.11 3.13; do
    show "\$ python bench/wheels.py aarch64 $python wheels" \
        "$PYTHON" "$HERE/wheels.py" aarch64 $python "$DEBIANS/wheels-aarch64-$python"
done

printf '\n## Set-up\n'
begun=$(date +%s)
show '$ make setup && ostiary models prepare' on_arm .venv/bin/ostiary models prepare
printf '\n%s with what was there already.\n' "$(took "$begun")"
show '$ python -VV; uname -m' on_arm sh -c '.venv/bin/python -VV; uname -m'

printf '\n## The same faces\n\nVectors of ten frames, from pixels to embedding, computed on %s and there.\n' "$(uname -m)"
"$PYTHON" "$HERE/same_vectors.py" write "$exchange/vectors.npz"
for cpu in cortex-a72 cortex-a76; do
    show "\$ QEMU_CPU=$cpu python bench/same_vectors.py compare vectors.npz" \
        env QEMU_CPU=$cpu sh "$HERE/debian.sh" arm64 trixie \
        .venv/bin/python bench/same_vectors.py compare /srv/exchange/vectors.npz
done

printf '\n## The first person\n\nEnrolled and searched there:\n'
show '$ python bench/first_person.py new' on_arm .venv/bin/python bench/first_person.py /srv/exchange/new
printf '\nAnd the databases of a device on %s, read there:\n' "$(uname -m)"
"$PYTHON" "$HERE/first_person.py" "$exchange/carried" >/dev/null
show '$ python bench/first_person.py carried' on_arm .venv/bin/python bench/first_person.py /srv/exchange/carried

printf '\n## The fast tests\n\n'
printf 'Without a network, a browser or a running systemd; two at a time.\n'
test_all
exit $status
